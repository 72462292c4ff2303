"""Figures of spans: as an engine tells them with the statements of a section, and as the records do."""

import statistics

from observability.models import Session
from observability.queries.records import records_of
from tests.analytics.engines import ask, statements_of

Row = tuple[int, str, str, int]


def told_by(engine: str, section: str) -> dict[Row, tuple[float, float]]:
    """Median and 95th percentile, by project, day, name and number of spans."""
    rows = ask(engine, statements_of(section))
    return {
        (int(project), day, name, int(spans)): (float(p50), float(p95))
        for project, day, name, spans, p50, p95 in rows
    }


def known_of(*sessions: Session) -> dict[Row, tuple[float, float]]:
    """The same, out of the records."""
    lengths: dict[tuple[int, str, str], list[float]] = {}
    for session in sessions:
        day = f"{session.first_received_at:%Y-%m-%d}"
        for record in records_of(session):
            if record["signal"] == "span":
                key = (session.project_id, day, record["name"])
                lengths.setdefault(key, []).append((record["end_ns"] - record["start_ns"]) / 1e6)
    return {(*key, len(found)): quantiles(found) for key, found in lengths.items()}


def quantiles(lengths: list[float]) -> tuple[float, float]:
    if len(lengths) == 1:
        return lengths[0], lengths[0]
    return statistics.median(lengths), statistics.quantiles(lengths, n=20, method="inclusive")[18]
