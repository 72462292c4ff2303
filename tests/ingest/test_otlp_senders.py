"""Senders other than LiveKit's SDKs come in by OTLP's standard paths with an ingest token."""

import zlib
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from observability.models import Batch, Refusal, Session
from observability.sessions.life import lose_silent_sessions
from observability.sessions.summary import refresh_summary
from projects.actions import create_access_token
from projects.addresses import change_slug
from tests.pages.reading import open_page
from tests.people import API_KEY, API_SECRET
from tests.sending import START_NS, attributes, token

PROTOBUF = "application/x-protobuf"
TRACE = b"T" * 16


@pytest.fixture
def ingest_token(agent, project, owner):
    return create_access_token(project, "collector", ["ingest"], by=owner).secret


@pytest.fixture
def export(ingest_token):
    def export(signal, request, *, bearer=ingest_token, base="", **headers):
        body = request.SerializeToString()
        if headers.get("Content-Encoding") == "deflate":
            body = zlib.compress(body)
        return Client().post(
            f"{base}/v1/{signal}",
            body,
            content_type=PROTOBUF,
            headers={"Authorization": f"Bearer {bearer}", **headers},
        )

    return export


def traces(*spans, resource=None):
    """One span for each dict of attributes; `trace` among them is its trace."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(attributes(**(resource or {})))
    scope = group.scope_spans.add()
    for number, named in enumerate(spans, 1):
        scope.spans.add(
            trace_id=named.pop("trace", TRACE),
            span_id=number.to_bytes(8),
            name=f"step {number}",
            start_time_unix_nano=START_NS + number,
            end_time_unix_nano=START_NS + number + 10**9,
            attributes=attributes(**named),
        )
    return request


def spans_by_session():
    return dict(Session.objects.values_list("job_id", "span_count"))


def test_a_session_is_named_by_what_its_spans_tell_first(export):
    answer = export(
        "traces",
        traces(
            {"job_id": "AJ_1", "session.id": "s"},
            {"session.id": "s", "gen_ai.conversation.id": "c"},
            {"gen_ai.conversation.id": "c"},
            {"trace": b"U" * 16},
        ),
    )

    assert (answer.status_code, answer.content) == (200, b"")
    assert spans_by_session() == {"AJ_1": 1, "s": 1, "c": 1, (b"U" * 16).hex(): 1}


def test_a_session_bears_the_name_of_the_service_that_sent_it(export, owner_client):
    export("traces", traces({"session.id": "s"}, resource={"service.name": "checkout"}))
    session = Session.objects.get()

    page = open_page(owner_client, "observability:session-show", "acme", session.public_id)
    refresh_summary(session.pk)
    row = open_page(owner_client, "observability:session-rows", "acme")

    assert page.startswith("● Live · checkout, s · Playhead")
    assert "Choose checkout, s" in row


def test_what_a_span_does_not_tell_its_trace_or_resource_does(export):
    export("traces", traces({}, {"session.id": "s"}, {"trace": b"U" * 16}))
    export("traces", traces({}, resource={"session.id": "of the process"}))

    assert spans_by_session() == {"s": 2, (b"U" * 16).hex(): 1, "of the process": 1}


def test_logs_join_the_session_of_their_trace_and_metrics_without_a_name_are_kept_for_the_project(export):
    export("traces", traces({}))
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=START_NS, trace_id=TRACE)
    export("logs", request)
    metrics = ExportMetricsServiceRequest()
    metric = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="queue", unit="1")
    metric.gauge.data_points.add(time_unix_nano=START_NS, as_int=3)
    export("metrics", metrics)

    session = Session.objects.get()
    assert (session.job_id, session.span_count, session.log_count) == (TRACE.hex(), 1, 1)
    assert Batch.objects.filter(session=None, signal="metrics").count() == 1


def test_the_same_export_again_adds_nothing(export):
    export("traces", traces({}))
    export("traces", traces({}))

    assert spans_by_session() == {TRACE.hex(): 1}


def test_deflate_is_taken_too(export):
    assert export("traces", traces({}), **{"Content-Encoding": "deflate"}).status_code == 200
    assert spans_by_session() == {TRACE.hex(): 1}


@pytest.mark.parametrize("base", ["", "/p/acme"])
def test_the_address_may_name_the_project(base, export):
    assert export("traces", traces({}), base=base).status_code == 200


def test_a_former_address_of_the_project_goes_on(export, project):
    change_slug(project, "acme-two")

    assert export("traces", traces({}), base="/p/acme").status_code == 200
    assert Session.objects.get().project == project


@pytest.mark.parametrize(
    ("of", "status", "reason"),
    [
        ("nobody", 401, "unknown-token"),
        ("a reader", 403, "missing-scope"),
        ("another project", 401, "unknown-token"),
        ("a LiveKit agent", 401, "unknown-token"),
    ],
)
def test_only_the_projects_own_ingest_token_opens_it(
    of, status, reason, export, project, other_project, owner
):
    bearer = {
        "nobody": "ph_nothing",
        "a reader": create_access_token(project, "reader", ["read"], by=owner).secret,
        "another project": create_access_token(other_project, "other", ["ingest"], by=owner).secret,
        "a LiveKit agent": token(key=API_KEY, secret=API_SECRET),
    }[of]

    answer = export("traces", traces({}), base="/p/acme", bearer=bearer)

    assert answer.status_code == status
    assert "disabled by owner" not in Status.FromString(answer.content).message
    assert list(Refusal.objects.values_list("project__slug", "reason")) == [("acme", reason)]
    assert not Session.objects.exists()


def test_an_ingest_token_does_not_pass_for_a_livekit_agent(agent, ingest_token):
    assert agent.send("traces", traces({}).SerializeToString(), bearer=ingest_token).status_code == 401


def test_a_revoked_token_is_refused_within_seconds(export, project, monkeypatch):
    monkeypatch.setattr("observability.ingest.credentials.TOKEN_VERDICT_S", 0)
    assert export("traces", traces({})).status_code == 200
    project.access_tokens.update(revoked_at=timezone.now())

    assert export("traces", traces({})).status_code == 401


def test_switches_hold_for_them_as_for_agents(export, project):
    project.privacy.traces = False
    project.privacy.save()

    assert export("traces", traces({})).status_code == 200
    assert Session.objects.get().discarded == {"traces": 1}


def test_a_request_of_very_many_traces_is_refused_before_the_database_is_asked(export, monkeypatch):
    monkeypatch.setattr("observability.ingest.telemetry.MAX_JOBS_PER_REQUEST", 30)

    def of_traces(count):
        return traces(*({"trace": number.to_bytes(16)} for number in range(1, count + 1)))

    assert export("traces", of_traces(30)).status_code == 200
    assert export("traces", of_traces(31)).status_code == 413
    assert Session.objects.count() == 30


def test_after_a_silence_such_a_session_has_ended_and_lives_again_with_its_next_data(export):
    export("traces", traces({}, resource={"telemetry.sdk.language": "python"}))
    lose_silent_sessions(timezone.now() + timedelta(hours=1))
    assert Session.objects.get().status == "ended"

    export("traces", traces({"x": "another"}))

    assert Session.objects.get().status == "live"


def test_what_else_is_below_v1_is_no_page(ingest_token):
    answer = Client().get("/v1/profiles", headers={"Authorization": f"Bearer {ingest_token}"})

    assert answer.status_code == 404
    assert Status.FromString(answer.content).message.startswith("There is no such upload endpoint")
