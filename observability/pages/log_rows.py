"""The log lines of a session, filtered by level and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from observability.pages.transcript_lines import compact
from observability.pages.wording import milliseconds, moment, offset
from observability.timeline.marks import LogLine
from observability.timeline.model import Timeline

ROWS_AT_ONCE = 300
LEVELS = (
    ("", "All levels", 0),
    ("info", "Info and above", 9),
    ("warn", "Warnings and errors", 13),
    ("error", "Errors", 17),
)
LEAST = {value: number for value, _, number in LEVELS}
WARN, ERROR = 13, 17
"""Severity numbers of OpenTelemetry."""


@dataclass(frozen=True, slots=True)
class LogRow:
    key: str
    at_ms: float
    at: str
    at_time: datetime | None
    level: str
    level_kind: str
    """bad, slow (a warning), or nothing."""
    logger: str
    message: str
    is_upload: bool


@dataclass(frozen=True, slots=True)
class LogPage:
    rows: Sequence[LogRow]
    total: int
    shown: int
    next_after: int | None


def log_page(
    timeline: Timeline, *, level: str = "", text: str = "", after: int = 0, most: int = 0
) -> LogPage:
    least, wanted = LEAST.get(level, 0), text.lower()
    found = [line for line in timeline.logs if line.severity_number >= least and matches(line, wanted)]
    rows = [row_of(line, timeline) for line in found[after : after + (most or ROWS_AT_ONCE)]]
    shown = after + len(rows)
    return LogPage(rows, len(found), shown, shown if shown < len(found) else None)


def matches(line: LogLine, wanted: str) -> bool:
    return not wanted or wanted in compact(line.body).lower() or wanted in line.logger.lower()


def row_of(line: LogLine, timeline: Timeline) -> LogRow:
    at_ms = milliseconds(timeline.session.start_ns, line.at_ns)
    return LogRow(
        key=line.key,
        at_ms=at_ms,
        at=offset(at_ms, decimals=2),
        at_time=moment(line.at_ns),
        level=line.severity_text or str(line.severity_number),
        level_kind=level_kind(line.severity_number),
        logger=line.logger,
        message=compact(line.body),
        is_upload=line.kind == "upload",
    )


def level_kind(severity_number: int) -> str:
    return "bad" if severity_number >= ERROR else "slow" if severity_number >= WARN else ""
