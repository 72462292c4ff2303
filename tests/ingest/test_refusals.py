"""Every refusal is a status that the real clients understand, with a message that a person can act on."""

import gzip
import time

import pytest
from django.test import Client
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from observability import limits
from observability.ingest import budget, telemetry
from observability.ingest.budget import Budget
from observability.models import Batch, Refusal, Session
from observability.otlp.count import Limits
from projects.actions import register_api_key, revoke_api_key
from projects.models import ApiKey
from tests.people import API_KEY, API_SECRET
from tests.sending import PROTOBUF, spans, token

BATCH = spans("llm_node")
OTHER_SECRET = "another-secret-of-thirty-two-bytes"
MAGIC_WORDS = ["data recording is disabled", "disabled by owner"]


@pytest.mark.parametrize(
    ("body", "bearer", "headers", "status", "reason"),
    [
        (BATCH, token(key="APIother"), {}, 401, "unknown-key"),
        (BATCH, token(secret=OTHER_SECRET), {}, 401, "wrong-secret"),
        (BATCH, token(exp=int(time.time()) - 120), {}, 401, "expired-token"),
        (BATCH, token(exp=None), {}, 401, "bad-token"),
        (BATCH, token(exp=int(time.time()) + 30 * 24 * 3600), {}, 401, "bad-token"),
        (BATCH, token(nbf=int(time.time()) + 24 * 3600), {}, 401, "bad-token"),
        (BATCH, "not a token", {}, 401, "bad-token"),
        (BATCH, token(observability=None, video={"roomJoin": True}), {}, 403, "missing-grant"),
        (BATCH, token(observability={"write": "true"}), {}, 403, "missing-grant"),
        (b"\xff" * 8, token(), {}, 400, "malformed"),
        (b"not gzip", token(), {"Content-Encoding": "gzip"}, 400, "malformed"),
        (gzip.compress(BATCH)[:-9], token(), {"Content-Encoding": "gzip"}, 400, "malformed"),
        (BATCH, token(), {"Content-Encoding": "br"}, 415, "unsupported-media"),
    ],
    ids=[
        "unknown key",
        "wrong secret",
        "expired",
        "no expiry",
        "valid for a month",
        "not valid yet",
        "no token",
        "a caller's room token",
        "grant that is not true",
        "not protobuf",
        "not gzip",
        "gzip cut short",
        "unsupported encoding",
    ],
)
def test_refused_upload_is_answered_noted_and_not_kept(agent, project, body, bearer, headers, status, reason):
    response = agent.send("traces", body, bearer=bearer, **headers)

    assert response.status_code == status
    assert response["Content-Type"] == PROTOBUF
    message = Status.FromString(response.content).message
    assert message and not any(words in message.lower() for words in MAGIC_WORDS)
    assert [(r.reason, r.count, r.message) for r in Refusal.objects.filter(project=project)] == [
        (reason, 1, message)
    ]
    assert Session.objects.count() == Batch.objects.count() == 0


def test_upload_without_a_token_is_told_what_to_send(project):
    response = Client().post("/p/acme/observability/traces/otlp/v0", BATCH, content_type=PROTOBUF)

    assert response.status_code == 401
    assert "LIVEKIT_API_KEY" in Status.FromString(response.content).message


def test_token_signed_with_another_algorithm_is_refused(agent):
    import jwt

    unsigned = jwt.encode(
        {"iss": API_KEY, "exp": time.time() + 60, "observability": {"write": True}}, None, "none"
    )

    assert agent.send("traces", BATCH, bearer=unsigned).status_code == 401


def test_clock_that_is_a_minute_off_is_forgiven(agent):
    assert agent.send("traces", BATCH, bearer=token(exp=int(time.time()) - 30)).status_code == 200


def test_key_of_another_project_does_not_open_this_one(agent, other_project, owner):
    register_api_key(other_project, "APIforeign", API_SECRET, by=owner)

    assert agent.send("traces", BATCH, bearer=token(key="APIforeign")).status_code == 401


def test_revoked_key_is_refused_once_its_verdict_has_aged(agent, project, monkeypatch):
    monkeypatch.setattr("observability.ingest.credentials.TOKEN_VERDICT_S", 0)
    before = agent.send("traces", BATCH)

    revoke_api_key(ApiKey.objects.get(project=project))

    assert (before.status_code, agent.send("traces", spans("tts_node")).status_code) == (200, 401)


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", "", "application/grpc"])
def test_content_type_that_is_not_otlp_is_refused(agent, content_type):
    assert agent.send("traces", BATCH, content_type=content_type or "x").status_code == 415


def test_body_over_the_limit_is_refused_before_it_is_read(agent, monkeypatch):
    monkeypatch.setattr("observability.ingest.body.MAX_OTLP_BODY_BYTES", 100)

    assert agent.send("traces", b"x" * 101, **{"Content-Encoding": "gzip"}).status_code == 413


def test_gzip_bomb_is_refused(agent, monkeypatch):
    monkeypatch.setattr("observability.ingest.body.MAX_OTLP_INFLATED_BYTES", 10_000)

    assert agent.send("traces", b"\0" * 10_001, compress=True).status_code == 413


def test_request_with_too_many_items_is_refused(agent, monkeypatch):
    few = Limits(records=2, events_and_links=9, attributes=99, nesting=5, json_depth=9, integer_digits=9)
    monkeypatch.setattr(telemetry, "LIMITS", few)

    assert agent.send("traces", spans("a", "b")).status_code == 200
    assert agent.send("traces", spans("a", "b", "c")).status_code == 413


def test_overload_asks_the_sender_to_come_back(agent, monkeypatch):
    monkeypatch.setattr("observability.ingest.views.in_flight", Budget(total_bytes=10))

    response = agent.send("traces", BATCH)

    retry = RetryInfo()
    assert Status.FromString(response.content).details[0].Unpack(retry)
    assert (response.status_code, response["Retry-After"]) == (503, str(limits.RETRY_AFTER_S))
    assert retry.retry_delay.seconds == limits.RETRY_AFTER_S


def test_budget_is_free_again_after_each_upload(agent, monkeypatch):
    monkeypatch.setattr("observability.ingest.views.in_flight", small := Budget(total_bytes=len(BATCH)))

    answers = [agent.send("traces", BATCH).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert small._free_bytes == len(BATCH)
    assert budget.in_flight is not small


def test_fault_of_our_own_asks_the_sender_to_come_back(agent, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("observability.ingest.views.accept_telemetry", fail)

    response = agent.send("traces", BATCH)

    assert (response.status_code, response["Retry-After"]) == (503, str(limits.RETRY_AFTER_S))
    assert "An upload failed" in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "/observability",
        "/observability/",
        "/p/acme/observability/traces",
        "/p/acme",
        "/p/",
        "/p/acme/x/y",
        "/observability/spans/otlp/v0",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options", "patch"])
def test_unknown_upload_path_is_neither_html_nor_a_redirect(project, path, method):
    response = getattr(Client(), method)(path)

    assert response.status_code == 404
    assert Status.FromString(response.content).message


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head", "options"])
def test_only_post_uploads(agent, method):
    bearer = {"Authorization": f"Bearer {token()}"}

    response = getattr(Client(), method)("/p/acme/observability/traces/otlp/v0", headers=bearer)

    assert (response.status_code, response["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "path",
    [
        "/p/acme/observability/traces/otlp/v0",
        "/p/acme//observability/traces/otlp/v0",
        "//p/acme/observability/traces/otlp/v0",
        "/p/acme/observability/traces/otlp/v0/",
        "/p/acme///observability//traces/otlp/v0//",
        "//observability/traces/otlp/v0",
    ],
)
def test_any_number_of_slashes_is_accepted(agent, path):
    assert agent.send("traces", BATCH, path=path).status_code == 200


def test_refusals_in_json_are_json(agent):
    response = agent.send("logs", b"{", content_type="application/json")

    assert (response.status_code, response["Content-Type"]) == (400, "application/json")
    assert response.json()["message"]


@pytest.mark.parametrize("path", ["/p/acme", "/p/acme/observability/traces/otlp/v0"])
def test_a_browser_that_is_given_an_agents_address_shows_what_it_is(client, project, path):
    response = client.get(path, headers={"Accept": "text/html,application/xhtml+xml"})

    assert response["Content-Type"] == "application/json"
    assert response.json()["message"]


def test_made_up_keys_do_not_fill_the_table(agent, project):
    for number in range(60):
        agent.send("traces", BATCH, bearer=token(key=f"APImadeup{number}"))

    assert 0 < Refusal.objects.filter(project=project).count() <= 10


def test_success_is_an_empty_export_response(agent):
    protobuf = agent.send("traces", BATCH)
    json_logs = agent.send("logs", b'{"resourceLogs":[]}', content_type="application/json")

    assert (protobuf.status_code, protobuf["Content-Type"], protobuf.content) == (200, PROTOBUF, b"")
    assert (json_logs.status_code, json_logs["Content-Type"], json_logs.json()) == (
        200,
        "application/json",
        {},
    )


def test_one_bad_span_does_not_cost_its_neighbours(agent, project):
    request = ExportTraceServiceRequest.FromString(spans("first", "second", "third"))
    request.resource_spans[0].scope_spans[0].spans[1].span_id = b"short"

    response = agent.send("traces", request.SerializeToString())

    assert response.status_code == 200
    assert b"1 rejected" in response.content
    assert Session.objects.for_project(project).get().span_count == 2
