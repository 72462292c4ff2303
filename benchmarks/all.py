"""All speeds that have a goal in one table, Arize Phoenix beside them.

    python benchmarks/all.py [--only ingest,read,…] [--rounds 3] [--quick] [--cache FOLDER] [--markdown FILE]

Runs the scripts of this folder one after the other, the short ones in turns, as often as there are rounds; a figure is
the median of its runs, a count of what is lost or missing the worst. Parts: ingest, beside, read, growth, live,
fan-out, seal, disk, zip, purge, peaks, recording, crowd. `crowd` takes ten minutes by itself and is left out unless it
is named.
`--quick` sends and stores so little that only the scripts are tried, not the speeds.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.rows import SLOWNESS, Row, of_median, text_of

HERE = Path(__file__).resolve().parent
ENDS_WITHIN_S = 3 * 3600


@dataclass(frozen=True, slots=True)
class Part:
    """A script with its arguments, and those that make it short. `once`: it has rounds of its own."""

    name: str
    title: str
    script: str
    words: str = ""
    quick: str = ""
    once: bool = False


QUICK_INGEST = "--sessions 6 --seconds 3"
QUICK_READ = "--sessions 60 --rounds 3"
QUICK_GROWTH = "--sessions 60 --times 2 --rounds 1 --sent 4"
PARTS = [
    Part("ingest", "Ingest, SQLite, one process", "ingest", "--rounds 1", QUICK_INGEST),
    Part(
        "ingest",
        "Ingest, PostgreSQL, one web process",
        "ingest",
        "--database postgres --workers 1 --rounds 1",
        QUICK_INGEST,
    ),
    Part(
        "ingest",
        "Ingest, PostgreSQL, two web processes",
        "ingest",
        "--database postgres --rounds 1",
        QUICK_INGEST,
    ),
    Part("beside", "Beside Arize Phoenix", "beside_phoenix", "", "--sessions 2 --seconds 3", once=True),
    Part("read", "Reads, SQLite", "read", "", QUICK_READ, once=True),
    Part("read", "Reads, PostgreSQL", "read", "--database postgres", QUICK_READ, once=True),
    Part("growth", "Growth, SQLite", "growth", "--database sqlite", QUICK_GROWTH, once=True),
    Part("growth", "Growth, PostgreSQL", "growth", "", QUICK_GROWTH, once=True),
    Part("live", "Live updates, one process", "live", "", "--sessions 3 --viewers 2 --seconds 4"),
    Part("fan-out", "Fan-out, production", "fan_out", "", "--viewers 5 10 --seconds 4"),
    Part("seal", "Sealing", "seal"),
    Part("disk", "At rest, SQLite", "disk", "", "--sessions 60", once=True),
    Part("disk", "At rest, PostgreSQL", "disk", "--database postgres", "--sessions 60", once=True),
    Part("zip", "Zip", "zip", "", "--megabytes 20"),
    Part("purge", "Purge of a day, SQLite", "purge_day", "", "--sessions 120"),
    Part("purge", "Purge of a day, PostgreSQL", "purge_day", "--database postgres", "--sessions 120"),
    Part("peaks", "Peaks", "peaks", "", "--minutes 2"),
    Part("recording", "Recording upload", "recording", "", "--megabytes 20"),
    Part("crowd", "60 live sessions, 100 viewers", "crowd_live", "", "--minutes 0.5 --sessions 6", once=True),
]
UNASKED = [name for name in dict.fromkeys(part.name for part in PARTS) if name != "crowd"]


def main() -> int:
    arguments = parsed_arguments()
    parts = [part for part in PARTS if part.name in arguments.only]
    runs: dict[str, list[list[Row]]] = defaultdict(list)
    for number in range(arguments.rounds):
        for part in parts:
            if number == 0 or not part.once:
                runs[part.title].append(rows_of(part, arguments))
    tables = {title: medians(found) for title, found in runs.items()}
    text = "\n".join(markdown(tables, arguments))
    print(text)
    if arguments.markdown:
        arguments.markdown.write_text(text + "\n")
    return 0 if all(row.is_met for rows in tables.values() for row in rows) else 1


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=UNASKED, help="parts, with commas"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cache", type=Path, help="where Phoenix is installed, and found by the next run")
    parser.add_argument("--markdown", type=Path, help="a file to write the table to as well")
    arguments = parser.parse_args()
    if unknown := set(arguments.only) - {part.name for part in PARTS}:
        parser.error(f"There is no part {', '.join(sorted(unknown))}.")
    return arguments


def rows_of(part: Part, arguments: argparse.Namespace) -> list[Row]:
    """What one run of the script told; a row that says so where it came to no end."""
    words = part.words.split() + (part.quick.split() if arguments.quick else [])
    if part.name == "beside":
        words += ["--rounds", str(arguments.rounds)]
        words += ["--cache", str(arguments.cache)] if arguments.cache else []
    began = time.monotonic()
    print(f"{part.title} …", end=" ", file=sys.stderr, flush=True)
    command = [sys.executable, str(HERE / f"{part.script}.py"), "--json", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    rows = [Row(**json.loads(line)) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode not in {0, 1} or not rows or "Traceback" in done.stderr:
        print(done.stderr[-3000:], file=sys.stderr)
        rows.append(Row("it came to its end", "no", "yes", is_met=False))
    return rows


def medians(runs: Sequence[list[Row]]) -> list[Row]:
    """A row that is there several times under one name is another one each time."""
    collected: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for rows in runs:
        seen: dict[str, int] = defaultdict(int)
        for row in rows:
            collected[row.what, seen[row.what]].append(row)
            seen[row.what] += 1
    return [of_median(rows) for rows in collected.values()]


def markdown(tables: dict[str, list[Row]], arguments: argparse.Namespace) -> Iterable[str]:
    rounds = "1 round" if arguments.rounds == 1 else f"medians of {arguments.rounds} rounds"
    yield f"# Speeds{' (a trial: not the speeds)' if arguments.quick else ''}"
    yield ""
    yield (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, Python {platform.python_version()}, {rounds}, all on "
        "loopback. What the figures mean: [README.md](README.md)."
    )
    for title, rows in tables.items():
        slow = [row.figure for row in rows if row.what == SLOWNESS]
        has_peer = any(row.peer is not None for row in rows)
        yield from ["", f"## {title}", ""]
        if slow:
            yield from [f"What took 1 s where the goals were set takes {slow[0]} here.", ""]
        yield f"| | figure | goal | |{' Phoenix | times |' if has_peer else ''}"
        yield f"|---|---:|---:|---|{'---:|---:|' if has_peer else ''}"
        yield from (line_of(row, has_peer=has_peer) for row in rows if row.what != SLOWNESS)


def line_of(row: Row, *, has_peer: bool) -> str:
    verdict = "" if not row.goal else "met" if row.is_met else "**missed**"
    what = f"… {row.what.strip()}" if row.what.startswith(" ") else row.what
    line = f"| {what} | {row.figure} | {row.goal} | {verdict} |"
    if not has_peer:
        return line
    if row.peer is None or row.value is None:
        return f"{line} | |"
    return f"{line} {text_of(row.peer, row.unit)} | {f'{row.value / row.peer:.3g}' if row.peer else ''} |"


if __name__ == "__main__":
    sys.exit(main())
