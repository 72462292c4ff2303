"""What batches of captured sessions take with a dictionary and without, and how a dictionary is made.

    python benchmarks/dictionary.py [--write observability/journal/dictionaries/32769.zstd-dict]

It is trained on the captured requests of all SDKs, with every word and number of their content replaced by another of
the same length: only names stay, which SDKs give. Each session is tried with a dictionary that has not seen it too.
"""

import argparse
import os
import random
import re
import string
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
import orjson
import zstandard

LEVEL = 3
BYTES = 16 * 1024
RECORDS_A_BATCH = 4
TIMES = 4
"""That each request is a sample, with other words."""
NAMED_BY_SDKS = {
    "signal",
    "name",
    "language",
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "service.name",
    "severity_text",
    "unit",
    "type",
    "role",
    "kind",
    "gen_ai.operation.name",
}
"""Keys whose values are not content."""
Lines = list[bytes]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, help="a file whose name is the dictionary's number")
    to = parser.parse_args().write
    django.setup()
    from tests.captured import RUNS

    sessions = {run: batches_of(run) for run in RUNS}
    number = int(to.stem) if to else 0
    dictionary = trained([batch for batches in sessions.values() for batch in batches], number)
    print(f"{'bytes a batch':<40}{'without':>10}{'with':>10}{'never seen':>12}")
    for run, batches in sessions.items():
        others = trained([batch for other in sessions if other != run for batch in sessions[other]])
        sizes = [average_size(batches, each) for each in (None, dictionary, others)]
        print(f"{run:<40}{sizes[0]:>10.0f}{sizes[1]:>10.0f}{sizes[2]:>12.0f}")
    if to:
        to.write_bytes(dictionary.as_bytes())
    return 0


def batches_of(run: str) -> list[Lines]:
    """A few records each, as the SDKs send them."""
    from observability.otlp.bounds import LIMITS
    from observability.otlp.decode import decode
    from observability.otlp.shape import Signal
    from tests.captured import captured_exports

    found = []
    for request in captured_exports(run):
        signal: Signal = request.signal  # type: ignore[assignment]  # no recordings are among exports
        records = decode(signal, request.inflated, request.content_type, LIMITS).records
        lines = [orjson.dumps(record) for record in records]
        found += [lines[at : at + RECORDS_A_BATCH] for at in range(0, len(lines), RECORDS_A_BATCH)]
    return found


def trained(batches: list[Lines], number: int = 0) -> zstandard.ZstdCompressionDict:
    rng = random.Random(1)  # the same captures give the same dictionary
    samples = [written(Other(rng).lines(batch)) for _ in range(TIMES) for batch in batches]
    return zstandard.train_dictionary(BYTES, samples, level=LEVEL, dict_id=number)


def average_size(batches: list[Lines], dictionary: zstandard.ZstdCompressionDict | None) -> float:
    compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary)
    return sum(len(compressor.compress(written(batch))) for batch in batches) / max(len(batches), 1)


def written(lines: Lines) -> bytes:
    return b"".join(line + b"\n" for line in lines)


class Other:
    """A batch with other content: what was equal in it stays equal, as ids do."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.known: dict[str, str] = {}

    def lines(self, batch: Lines) -> Lines:
        return [orjson.dumps(self.value(orjson.loads(line))) for line in batch]

    def value(self, value: Any, key: str = "") -> Any:
        match value:
            case dict():
                return {name: self.value(each, name) for name, each in value.items()}
            case list():
                return [self.value(each, key) for each in value]
            case str() if key not in NAMED_BY_SDKS:
                return self.text(value)
            case int() if not isinstance(value, bool) and abs(value) >= 100:
                return int(re.sub(r"(?<=\d\d)\d+", self.word, str(value)))  # times begin alike for years
            case float() if value:
                return self.rng.random() * 10
        return value

    def text(self, text: str) -> str:
        if text[:1] + text[-1:] in {"{}", "[]"}:
            try:
                return orjson.dumps(self.value(orjson.loads(text))).decode()
            except ValueError:
                pass
        if text not in self.known:
            self.known[text] = self.other(text)
        return self.known[text]

    def other(self, text: str) -> str:
        if re.fullmatch("[0-9a-f]{16,32}", text):
            return "".join(self.rng.choices("0123456789abcdef", k=len(text)))
        kind = re.match(r"[A-Z]{2}_|", text)  # LiveKit's ids tell what they are of
        start = kind[0] if kind else ""
        return start + re.sub(r"[^\W\d]+|\d+", self.word, text[len(start) :])

    def word(self, match: re.Match[str]) -> str:
        letters = string.digits[1:] if match[0].isdigit() else string.ascii_lowercase
        return "".join(self.rng.choices(letters, k=len(match[0])))


if __name__ == "__main__":
    sys.exit(main())
