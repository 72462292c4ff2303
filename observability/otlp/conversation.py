"""Which session records of foreign senders belong to: OpenTelemetry's own names for it, or their trace."""

from collections.abc import Mapping, Sequence

from observability.otlp.result import OtlpRecord
from observability.records import Value

NAMES = ("job_id", "lk.job_id", "session.id", "gen_ai.conversation.id")
"""LiveKit's, then those of OpenTelemetry's semantic conventions (session, GenAI). The first that is told counts."""


def by_conversation(records: Sequence[OtlpRecord]) -> None:
    """Give each record without a job one, in place: its own name, its scope's, its resource's, that of other records
    of its trace in the same request, or the trace's id. What has none of these stays without.
    """
    of_trace: dict[str, str] = {}
    for record in records:
        record["job_id"] = record["job_id"] or own_name(record)
        if record["job_id"]:
            of_trace.setdefault(trace_of(record), record["job_id"])
    for record in records:
        if not record["job_id"]:
            trace_id = trace_of(record)
            record["job_id"] = (of_trace.get(trace_id) or trace_id) if trace_id else ""


def own_name(record: OtlpRecord) -> str:
    told = (
        record["attributes"],
        record["scope"].get("attributes", {}),
        record["resource"].get("attributes", {}),
    )
    return next((name for attributes in told if (name := named_in(attributes))), "")


def named_in(attributes: Mapping[str, Value]) -> str:
    values = (attributes.get(name) for name in NAMES)
    return next((value for value in values if isinstance(value, str) and value), "")


def trace_of(record: OtlpRecord) -> str:
    return "" if record["signal"] == "metric" else record["trace_id"]
