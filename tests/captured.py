"""Requests captured from real SDKs, as they were received: `tests/captures/<sdk>/<run>/NNNN_<signal>.bin`."""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "captures"
RUNS = sorted(str(run.relative_to(FOLDER)) for run in FOLDER.glob("*/*") if run.is_dir())


@dataclass(frozen=True, slots=True)
class CapturedRequest:
    """One request. `headers` are the original ones; their token expired long ago, so sign anew to replay."""

    sequence: int
    signal: str
    """traces, logs, metrics or recordings."""
    path: str
    headers: dict[str, str]
    body: bytes
    """As received, compressed if it was."""

    def header(self, name: str) -> str:
        """A header by its name in any case; "" if absent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")

    @property
    def content_type(self) -> str:
        return self.header("content-type")

    @property
    def inflated(self) -> bytes:
        return gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body


@cache
def captured(run: str) -> tuple[CapturedRequest, ...]:
    """All requests of a run ("python/1.8.9_full"), in order of arrival. All tests share them, so none can change it."""
    return tuple(_request(path) for path in sorted((FOLDER / run).glob("*.meta.json")))


def captured_exports(run: str) -> list[CapturedRequest]:
    """As `captured`, without recordings."""
    return [request for request in captured(run) if request.signal != "recordings"]


def _request(meta_path: Path) -> CapturedRequest:
    meta: dict[str, Any] = json.loads(meta_path.read_text())
    body_path = meta_path.with_name(meta_path.name.replace(".meta.json", ".bin"))
    return CapturedRequest(meta["seq"], meta["signal"], meta["path"], meta["headers"], body_path.read_bytes())
