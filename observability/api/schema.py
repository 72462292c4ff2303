"""The shapes of answers, for OpenAPI only: answers themselves are plain dictionaries, written by orjson."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from observability.limits import MAX_EXPORT_SESSIONS
from observability.models import Export, Session
from observability.queries.session_filters import FILTERS
from observability.queries.session_order import ORDERS


class Sdk(serializers.Serializer[Any]):
    language = serializers.CharField()
    version = serializers.CharField()


class Counts(serializers.Serializer[Any]):
    spans = serializers.IntegerField()
    logs = serializers.IntegerField()
    chat_items = serializers.IntegerField()
    metric_points = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]  # a declared field is no attribute
    duplicates = serializers.IntegerField()
    rejected = serializers.IntegerField()


class CopyState(serializers.Serializer[Any]):
    state = serializers.ChoiceField(["being-made"])


class Completeness(serializers.Serializer[Any]):
    state = serializers.ChoiceField(["received", "partial", "expected", "off", "not_sent", "lost"])
    reason = serializers.CharField()


class CompletenessBySignal(serializers.Serializer[Any]):
    audio = Completeness()
    transcript = Completeness()
    traces = Completeness()
    logs = Completeness()
    metrics = Completeness()


class Latency(serializers.Serializer[Any]):
    e2e_p50_ms = serializers.FloatField(allow_null=True)
    e2e_p95_ms = serializers.FloatField(allow_null=True)
    e2e_max_ms = serializers.FloatField(allow_null=True)


class Task(serializers.Serializer[Any]):
    task = serializers.CharField(help_text="Kind of the work, such as inspect-recording.")
    state = serializers.ChoiceField(["waiting", "running", "failed"])
    message = serializers.CharField(help_text="What its failure means; empty unless it has failed.")
    reason = serializers.CharField(help_text="Why it, or its last attempt, failed; empty if none has.")
    advice = serializers.CharField(help_text="What to do about it; empty unless it has failed.")


class Processing(serializers.Serializer[Any]):
    state = serializers.ChoiceField(["done", "pending", "failed"])
    tasks = Task(many=True)


class SessionFields(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    job_id = serializers.CharField()
    room_id = serializers.CharField()
    room_name = serializers.CharField()
    agent_name = serializers.CharField()
    participant = serializers.CharField()
    status = serializers.ChoiceField(Session.Status.choices)
    end_signal = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    duration_ms = serializers.FloatField(allow_null=True)
    first_received_at = serializers.DateTimeField()
    last_received_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    imported_at = serializers.DateTimeField(
        allow_null=True, help_text="When an import began it; null where its agent has sent it."
    )
    sdk = Sdk()
    is_simulated = serializers.BooleanField()
    is_redacted = serializers.BooleanField()
    cursor = serializers.IntegerField()
    counts = Counts()
    completeness = CompletenessBySignal()
    tags = serializers.ListField(child=serializers.CharField())
    outcome = serializers.CharField(allow_null=True)
    latency = Latency()
    turns = serializers.IntegerField(allow_null=True)
    tool_calls = serializers.IntegerField(allow_null=True)
    interruptions = serializers.IntegerField(allow_null=True)
    processing = Processing()


class SessionPage(serializers.Serializer[Any]):
    results = SessionFields(many=True)
    next = serializers.URLField(allow_null=True)


class Snapshot(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    cursor = serializers.IntegerField()
    timeline = serializers.DictField(help_text="See docs/timeline-snapshot.md.")


def unix_ns() -> serializers.IntegerField:
    return serializers.IntegerField(help_text="Nanoseconds since 1970, exact: beyond what a double holds.")


class Span(serializers.Serializer[Any]):
    trace_id = serializers.CharField()
    span_id = serializers.CharField()
    parent_span_id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.IntegerField()
    start_ns = unix_ns()
    end_ns = unix_ns()
    status = serializers.DictField()
    attributes = serializers.DictField()
    events = serializers.ListField(child=serializers.DictField())
    links = serializers.ListField(child=serializers.DictField())
    scope = serializers.DictField()
    resource = serializers.DictField()


class Log(serializers.Serializer[Any]):
    time_ns = unix_ns()
    observed_ns = unix_ns()
    severity_number = serializers.IntegerField()
    severity_text = serializers.CharField()
    body = serializers.JSONField()
    attributes = serializers.DictField()
    scope = serializers.DictField()
    resource = serializers.DictField()
    trace_id = serializers.CharField()
    span_id = serializers.CharField()


class MetricPoint(serializers.Serializer[Any]):
    name = serializers.CharField()
    unit = serializers.CharField(required=False)
    kind = serializers.ChoiceField(["gauge", "sum", "histogram", "exponential_histogram", "summary"])
    start_ns = unix_ns()
    time_ns = unix_ns()
    value = serializers.JSONField(required=False)
    count = serializers.IntegerField(required=False)
    sum = serializers.JSONField(required=False)
    attributes = serializers.DictField()


class ChatItem(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    item = serializers.DictField()


class TranscriptItem(serializers.Serializer[Any]):
    id = serializers.CharField()
    type = serializers.CharField()
    role = serializers.CharField()
    text = serializers.CharField()
    at_ms = serializers.FloatField(allow_null=True)
    tool_name = serializers.CharField()
    arguments = serializers.JSONField(allow_null=True)
    output = serializers.JSONField(allow_null=True)
    metrics = serializers.DictField()


class Download(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(Export.State.values)
    progress_percent = serializers.IntegerField()
    note = serializers.CharField(help_text="What it waits for, or why it failed.")
    size_bytes = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    built_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    url = serializers.URLField(help_text="This, again.")
    file_url = serializers.URLField(allow_null=True, help_text="The zip, once it is ready.")


class ChosenSessions(serializers.Serializer[Any]):
    sessions = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MAX_EXPORT_SESSIONS, help_text="Their ids."
    )


class ImportFiles(serializers.Serializer[Any]):
    file = serializers.ListField(child=serializers.FileField())


class ImportedSession(serializers.Serializer[Any]):
    file = serializers.CharField(help_text="What it was read from.")
    state = serializers.ChoiceField(["imported", "added", "already-here", "refused"])
    id = serializers.UUIDField(allow_null=True)
    job_id = serializers.CharField()
    records = serializers.IntegerField(help_text="Added.")
    recordings = serializers.IntegerField(help_text="Added.")
    rejected = serializers.IntegerField(help_text="Records that cannot be read.")
    discarded = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="What switches or redaction kept out or changed, by signal; `nameless`: records of no job.",
    )
    message = serializers.CharField()


class Imported(serializers.Serializer[Any]):
    sessions = ImportedSession(many=True)


def page(item: type[serializers.Serializer[Any]]) -> Any:
    """`{"results": […], "next": url | null}` of such items."""
    fields = {"results": item(many=True), "next": serializers.URLField(allow_null=True)}
    return inline_serializer(f"{item.__name__}Page", fields)


def text_filters(*names: str) -> list[OpenApiParameter]:
    return [OpenApiParameter(name, OpenApiTypes.STR) for name in names]


def record_filters(*names: str) -> list[OpenApiParameter]:
    return [*text_filters(*names, "cursor"), OpenApiParameter("limit", OpenApiTypes.INT)]


def filter_parameters(*names: str) -> list[OpenApiParameter]:
    """Those of the list of sessions, or some of them."""
    return [
        OpenApiParameter(each.name, OpenApiTypes.STR, description=each.means, enum=[*each.choices] or None)
        for each in FILTERS
        if each.name in names or not names
    ]


def time_zone(description: str) -> OpenApiParameter:
    return OpenApiParameter("time_zone", OpenApiTypes.STR, description=description)


SESSION_FILTERS = [
    *filter_parameters(),
    time_zone("Whose days and times `from` and `to` are, such as Europe/Berlin; UTC unless given."),
    OpenApiParameter("sort", enum=[*ORDERS], description="The largest first; ties are the newest first."),
    *record_filters(),
]
AUDIO_REVISION = [
    OpenApiParameter("revision", OpenApiTypes.INT),
    OpenApiParameter("as", enum=["m4a"], description="A copy for browsers that do not play Ogg."),
]


class Receipt(serializers.Serializer[Any]):
    """What was deleted, by ids and counts."""

    id = serializers.UUIDField()
    job_id = serializers.CharField()
    records = serializers.IntegerField()
    recordings = serializers.IntegerField()
    recording_bytes = serializers.IntegerField()
    deleted_at = serializers.DateTimeField()
    gone_by = serializers.DateTimeField(help_text="Its bytes are gone from database and storage by then.")
