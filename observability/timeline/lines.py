"""The log lines of a session: the agent's own and, apart from them, the client's complaints about uploads."""

from observability.livekit.log_kinds import logger_of
from observability.livekit.values import text
from observability.records import LogRecord
from observability.timeline.marks import LogLine
from observability.timeline.material import Material
from observability.timeline.whereabouts import Whereabouts


def lines_of(material: Material, where: Whereabouts) -> tuple[LogLine, ...]:
    """In the order of `material.lines`."""
    return tuple(
        _line(index, "upload" if kind == "upload" else "runtime", record, where)
        for index, (kind, record) in enumerate(material.lines)
    )


def _line(index: int, kind: str, record: LogRecord, where: Whereabouts) -> LogLine:
    at_ns = record["time_ns"] or record["observed_ns"]
    speech = text(record["attributes"].get("speech_id"))
    turn = (
        where.turn_of_span.get(record["span_id"]) or where.turn_of_speech.get(speech) or where.turn_at(at_ns)
    )
    return LogLine(
        index=index,
        at_ns=at_ns,
        observed_ns=record["observed_ns"],
        severity_number=record["severity_number"],
        severity_text=record["severity_text"],
        logger=logger_of(record),
        body=record["body"],
        kind="upload" if kind == "upload" else "runtime",
        attributes=record["attributes"],
        trace_id=record["trace_id"],
        span_id=record["span_id"],
        turn=turn,
    )
