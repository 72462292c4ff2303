"""DuckDB, which only this extra needs: started beside the worker, so that no process of Playhead ever loads it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from observability.compaction.tables import Columns
from observability.compaction.to_parquet import NO_ENGINE
from observability.jobs import NotYet

SCRIPT = Path(__file__).with_name("to_parquet.py")
AT_MOST_S = 600


class NoEngine(NotYet):
    """The extra `parquet` is not installed where this worker runs; the part waits for it."""


class ConversionFailed(Exception):
    """DuckDB could not do it; told is the class of its error, which may quote what was said."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Of one table: JSON lines in a file, and where its Parquet is to be."""

    path: Path
    target: Path
    columns: Columns
    longest_bytes: int


def convert(tables: Sequence[Lines]) -> None:
    """Raises NoEngine or ConversionFailed."""
    asked = [
        {
            "lines": str(table.path),
            "target": str(table.target),
            "columns": dict(table.columns),
            "longest_line": table.longest_bytes,
        }
        for table in tables
    ]
    # -P: beside the script lie modules of ours, which must not be taken for the library's.
    done = subprocess.run(
        [sys.executable, "-P", str(SCRIPT)],
        input=json.dumps(asked),
        text=True,
        capture_output=True,
        timeout=AT_MOST_S,
        check=False,
    )
    if done.returncode == NO_ENGINE:
        raise NoEngine("DuckDB is not installed here: the extra `parquet`.")
    if done.returncode:
        raise ConversionFailed(done.stderr[-200:] or f"It ended with {done.returncode}.")
