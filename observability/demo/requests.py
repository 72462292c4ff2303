"""The demo sessions as a real SDK would upload them: bodies, batches and order (docs/contract.md §12)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeVar

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import ResourceLogs, ScopeLogs
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans

from observability.demo.front_desk import FRONT_DESK
from observability.demo.metrics import metrics_request
from observability.demo.pace import NS_PER_S, ms
from observability.demo.parcel_line import PARCEL_LINE
from observability.demo.plan import Plan
from observability.demo.recording import Recording, recording_of
from observability.demo.report import CHAT, EVALUATIONS
from observability.demo.schedule import planned
from observability.demo.script import Script
from observability.demo.session import Session, session_of
from observability.demo.session_spans import job_span
from observability.demo.tree import SDK_SCOPE, Log, Placed, placed
from observability.demo.wire import resource, scope, stamps, wire_log, wire_span

DEMO_SCRIPTS = (FRONT_DESK, PARCEL_LINE)
SPANS_EVERY_NS = 5 * NS_PER_S
LOGS_EVERY_NS = NS_PER_S
METRICS_EVERY_NS = 30 * NS_PER_S

Thing = TypeVar("Thing")
Signal = Literal["traces", "logs", "metrics", "recording"]


@dataclass(frozen=True, slots=True)
class Upload:
    signal: Signal
    at_ns: int
    """When an SDK would have sent it."""
    body: bytes = b""
    """An OTLP export request, uncompressed protobuf; empty for a recording."""
    recording: Recording | None = None


def demo_uploads(started_ns: int, *, script: Script = FRONT_DESK) -> Iterator[Upload]:
    """Everything the agent of one session sends, in order of sending.

    `started_ns` is when its job was received, in unix nanoseconds. The same start gives the same bytes.
    Sound is only made when the recording's turn comes.
    """
    session = session_of(script, started_ns)
    plan = session.plan
    spans = placed(job_span(session), script.job_id)
    uploads = [*_traces(plan, spans), *_logs(plan, spans), *_metrics(session)]
    sent_ns = plan.at.judged_ns + ms(62)
    yield from sorted((one for one in uploads if one.at_ns <= sent_ns), key=lambda one: one.at_ns)
    yield Upload("recording", sent_ns, recording=recording_of(session))
    yield from sorted((one for one in uploads if one.at_ns > sent_ns), key=lambda one: one.at_ns)


def length_ns(script: Script) -> int:
    """From the first sign of the job to its last."""
    return planned(script, 0).at.finished_ns


def _traces(plan: Plan, spans: list[Placed]) -> Iterator[Upload]:
    """Ended spans only, in order of ending; of those that end together, the deeper first."""
    ended = sorted(spans, key=lambda one: (one.span.end_ns, -one.depth))
    for at_ns, batch in _ticks(
        plan, ((one.span.end_ns, one) for one in ended), SPANS_EVERY_NS, last_ns=ms(6)
    ):
        yield Upload("traces", at_ns, _trace_request(plan, batch).SerializeToString())


def _trace_request(plan: Plan, batch: list[Placed]) -> ExportTraceServiceRequest:
    scopes: dict[str, list[Placed]] = defaultdict(list)
    for one in batch:
        scopes[one.span.scope].append(one)
    scoped = [
        ScopeSpans(scope=scope(name), spans=[wire_span(plan, one) for one in spans])
        for name, spans in scopes.items()
    ]
    origin = resource(plan, SDK_SCOPE, with_job=True)
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(resource=origin, scope_spans=scoped)])


def _logs(plan: Plan, spans: list[Placed]) -> Iterator[Upload]:
    lines = [(log.observed_ns or log.at_ns, (log, one.span_id)) for one in spans for log in one.span.logs]
    lines.sort(key=lambda line: line[0])
    for at_ns, batch in _ticks(plan, lines, LOGS_EVERY_NS, last_ns=ms(2)):
        yield Upload("logs", at_ns, _log_request(plan, batch).SerializeToString())


def _log_request(plan: Plan, batch: list[tuple[Log, bytes]]) -> ExportLogsServiceRequest:
    scopes: dict[str, list[tuple[Log, bytes]]] = defaultdict(list)
    for line in batch:
        scopes[line[0].logger].append(line)
    scoped = [
        ScopeLogs(
            scope=scope(name, _scope_attributes(plan, name)),
            log_records=[wire_log(plan, log, span_id) for log, span_id in lines],
        )
        for name, lines in scopes.items()
    ]
    origin = resource(plan, "unknown_service:python")
    return ExportLogsServiceRequest(resource_logs=[ResourceLogs(resource=origin, scope_logs=scoped)])


def _scope_attributes(plan: Plan, logger: str) -> dict[str, str]:
    if logger not in (CHAT, EVALUATIONS):
        return {}
    every = stamps(plan)
    return {"room_id": every["room_id"], "job_id": every["job_id"], "room": plan.script.room_name}


def _metrics(session: Session) -> Iterator[Upload]:
    measures = ((measure.at_ns, measure) for measure in session.measures)
    for at_ns, batch in _ticks(session.plan, measures, METRICS_EVERY_NS, last_ns=ms(9)):
        yield Upload("metrics", at_ns, metrics_request(session.plan, batch, at_ns).SerializeToString())


def _ticks(
    plan: Plan, things: Iterable[tuple[int, Thing]], every_ns: int, *, last_ns: int
) -> Iterator[tuple[int, list[Thing]]]:
    """Batches as a timer makes them that starts with the session; the last one when the job is done."""
    final_ns = plan.at.finished_ns + last_ns

    def tick_after(at_ns: int) -> int:
        begun_ns = plan.at.session_ns
        tick_ns = begun_ns + max(1, -(-(at_ns - begun_ns) // every_ns)) * every_ns
        return tick_ns if tick_ns < plan.at.finished_ns else final_ns

    for tick_ns, group in groupby(things, key=lambda one: tick_after(one[0])):
        yield tick_ns, [thing for _, thing in group]
