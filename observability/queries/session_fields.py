"""A session as the API and a download show it. Times are ISO 8601 in UTC, durations milliseconds; unknown is null."""

from datetime import UTC, datetime
from typing import Any

from observability.models import Session

SIGNALS = {
    "audio": "",
    "transcript": "chat_item_count",
    "traces": "span_count",
    "logs": "log_count",
    "metrics": "metric_point_count",
}


def session_fields(session: Session, summary: dict[str, Any] | None = None) -> dict[str, Any]:
    """`summary` is the session's own unless a fresher one is given."""
    is_fresh = summary is not None or session.summary_cursor == session.cursor
    summary = session.summary if summary is None else summary
    return {
        "id": str(session.public_id),
        "job_id": session.job_id,
        "room_id": session.room_id,
        "room_name": session.room_name,
        "agent_name": session.agent_name,
        "participant": session.participant,
        "status": session.status,
        "end_signal": session.end_signal,
        "started_at": iso_of(session.started_ns),
        "ended_at": iso_of(session.ended_ns),
        "duration_ms": duration_ms(session, summary),
        "first_received_at": session.first_received_at.isoformat(),
        "last_received_at": session.last_received_at.isoformat(),
        "expires_at": session.expires_at.isoformat(),
        "imported_at": session.imported_at.isoformat() if session.imported_at else None,
        "sdk": {"language": session.sdk_language, "version": session.sdk_version},
        "is_simulated": session.is_simulated,
        "is_redacted": session.is_redacted,
        "cursor": session.cursor,
        "counts": counts(session, summary.get("counts", {}) if is_fresh else {}),
        "completeness": completeness(session, summary),
        "tags": summary.get("tags", []),
        "outcome": summary.get("outcome") or None,
        "latency": latency(summary),
        "turns": summary.get("turns"),
        "tool_calls": summary.get("tool_calls"),
        "interruptions": summary.get("interruptions"),
    }


def iso_of(time_ns: int | None) -> str | None:
    """Microseconds are as fine as a time that people read; the exact nanoseconds are in the records."""
    if time_ns is None:
        return None
    seconds, rest_ns = divmod(time_ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest_ns // 1000).isoformat()


def duration_ms(session: Session, summary: dict[str, Any]) -> float | None:
    if summary.get("duration_ms") is not None:
        return float(summary["duration_ms"])
    if session.started_ns is None or session.ended_ns is None:
        return None
    return max(0, session.ended_ns - session.started_ns) / 1_000_000


def counts(session: Session, known: dict[str, int]) -> dict[str, int]:
    """Each record once, as it can be read; while a list's summary is behind, what has been received with repeats."""
    return {
        "spans": known.get("spans", session.span_count),
        "logs": known.get("log_records", session.log_count),
        "chat_items": known.get("chat_items", session.chat_item_count),
        "metric_points": known.get("metric_points", session.metric_point_count),
        "errors": known.get("errors", session.error_count),
        "duplicates": session.duplicate_count,
        "rejected": session.rejected_count,
    }


def completeness(session: Session, summary: dict[str, Any]) -> dict[str, Any]:
    """Until the first summary is made: what the counters tell."""
    known = summary.get("completeness")
    return known or {signal: _state(session, signal, counter) for signal, counter in SIGNALS.items()}


def _state(session: Session, signal: str, counter: str) -> dict[str, str]:
    if signal in session.switched_off:
        return {"state": "off", "reason": "Switched off in the project when the session began."}
    if counter and getattr(session, counter):
        return {"state": "received", "reason": ""}
    return {"state": "expected", "reason": ""}


def latency(summary: dict[str, Any]) -> dict[str, float | None]:
    return {
        "e2e_p50_ms": summary.get("median_ms"),
        "e2e_p95_ms": summary.get("p95_ms"),
        "e2e_max_ms": summary.get("max_ms"),
    }
