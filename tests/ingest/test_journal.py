"""What was acknowledged is in the journal: once, in its own session, whatever the order and the company it came in."""

import gzip
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from observability.journal.read import batches_of
from observability.models import Batch, Session
from observability.queries.records import records_of
from observability.sessions import keep as keeping
from observability.sessions.life import lose_silent_sessions
from tests.sending import START_NS, attributes, logs, spans, text

JSON_LOGS = b"""{"resourceLogs":[{"scopeLogs":[{"logRecords":[
{"timeUnixNano":"1795336557000000000","body":{"stringValue":"hi"},
"attributes":[{"key":"job_id","value":{"stringValue":"AJ_1"}},{"key":"room_id","value":{"stringValue":"RM_1"}}]}]}]}]}"""


def session_of(project, job="AJ_1"):
    return Session.objects.for_project(project).get(job_id=job)


def names(session):
    return [record["name"] for record in records_of(session)]


def test_upload_is_in_the_journal_of_its_session(agent, project):
    agent.send("traces", spans("llm_node", "tts_node"), compress=True)

    session = session_of(project)
    assert names(session) == ["llm_node", "tts_node"]
    assert (session.room_id, session.status, session.span_count, session.cursor) == ("RM_1", "live", 2, 1)
    assert session.started_ns == START_NS + 10**9


def test_session_dies_after_the_days_of_its_plan_however_late_data_comes(agent, project):
    agent.send("traces", spans("llm_node"))
    expires_at = session_of(project).expires_at

    agent.send("traces", spans("tts_node", first_id=2))

    session = session_of(project)
    assert session.expires_at == expires_at
    assert expires_at - session.first_received_at == timedelta(days=project.plan.retention_days)


def test_same_upload_again_adds_nothing_and_is_counted(agent, project):
    for compress in [False, True, True]:
        assert agent.send("traces", spans("llm_node", "tts_node"), compress=compress).status_code == 200

    session = session_of(project)
    assert (session.span_count, session.duplicate_count, session.cursor) == (2, 4, 1)


def test_records_repeated_in_another_upload_show_once(agent, project):
    agent.send("traces", spans("user_turn", "llm_node"))
    agent.send("traces", spans("user_turn", "llm_node", "tts_node"))

    assert sorted(names(session_of(project))) == ["llm_node", "tts_node", "user_turn"]


def test_fifty_identical_log_lines_stay_fifty(agent, project):
    agent.send("logs", logs(*["beep"] * 50))
    agent.send("logs", logs(*["beep"] * 50, "and one more"))

    assert len(records_of(session_of(project))) == 51


def test_logs_may_come_as_json_and_as_protobuf(agent, project):
    agent.send("logs", logs("hello"))
    agent.send("logs", JSON_LOGS, content_type="application/json")

    assert [record["body"] for record in records_of(session_of(project))] == ["hello", "hi"]


def test_jobs_mixed_in_one_request_go_to_their_own_sessions(agent, project):
    mixed = ExportTraceServiceRequest()
    for job in ["AJ_1", "AJ_2", "AJ_3"]:
        mixed.MergeFromString(spans("user_turn", job=job, room=f"RM of {job}"))

    agent.send("traces", mixed.SerializeToString())

    found = {s.job_id: (s.room_id, s.span_count) for s in Session.objects.for_project(project)}
    assert found == {job: (f"RM of {job}", 1) for job in ["AJ_1", "AJ_2", "AJ_3"]}


def test_room_may_have_no_id(agent, project):
    agent.send("traces", spans("user_turn", room=""))

    assert session_of(project).room_id == ""


def test_records_without_a_job_go_to_the_only_job_of_their_upload(agent, project):
    agent.send("traces", spans("user_turn") + spans("customers_own", job="", first_id=2))

    assert sorted(names(session_of(project))) == ["customers_own", "user_turn"]


def test_records_that_name_no_job_are_kept_for_the_project(agent, project):
    stall = ExportMetricsServiceRequest()
    metric = (
        stall.resource_metrics.add()
        .scope_metrics.add()
        .metrics.add(name="lk.agents.event_loop.blocked_duration")
    )
    metric.gauge.data_points.add(
        time_unix_nano=START_NS, as_double=0.5, attributes=attributes(severity="error")
    )

    answers = [agent.send("metrics", stall.SerializeToString()).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert [(b.session, b.record_count) for b in Batch.objects.filter(project=project)] == [(None, 1)]


def test_same_job_in_two_projects_is_two_sessions(agent, project, other_project, owner):
    from projects.actions import register_api_key
    from tests.people import API_KEY, API_SECRET
    from tests.sending import Agent

    register_api_key(other_project, API_KEY, API_SECRET, by=owner)
    agent.send("traces", spans("user_turn"))
    Agent(base="/p/other").send("traces", spans("llm_node"))

    assert names(session_of(project)) == ["user_turn"]
    assert names(session_of(other_project)) == ["llm_node"]


def test_strong_signal_ends_a_session_and_late_data_is_kept(agent, project):
    agent.send("traces", spans("user_turn"))
    agent.send("traces", spans("job_entrypoint", first_id=2))
    agent.send("logs", logs("late"))

    session = session_of(project)
    assert (session.status, session.end_signal, session.log_count) == ("ended", "job_entrypoint", 1)
    assert session.ended_ns == START_NS + 3 * 10**9


def test_silence_loses_a_live_session_and_data_brings_it_back(agent, project):
    agent.send("traces", spans("user_turn"))
    now = timezone.now()

    assert lose_silent_sessions(now + timedelta(minutes=14)) == 0
    assert lose_silent_sessions(now + timedelta(minutes=16)) == 1
    assert session_of(project).status == "lost"

    agent.send("traces", spans("llm_node", first_id=2))
    assert session_of(project).status == "live"


def test_ended_session_is_never_lost(agent, project):
    agent.send("traces", spans("job_entrypoint"))

    assert lose_silent_sessions(timezone.now() + timedelta(days=1)) == 0


def test_expired_session_takes_nothing_in_and_does_not_come_back(agent, project):
    agent.send("traces", spans("user_turn"))
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    response = agent.send("traces", spans("llm_node", first_id=2))

    assert response.status_code == 200
    assert Session.objects.count() == 1 and not Session.objects.for_project(project).exists()
    assert Batch.objects.count() == 1


def test_full_session_says_so_and_keeps_what_it_has(agent, project, monkeypatch):
    monkeypatch.setattr(keeping, "MAX_SESSION_RECORDS", 3)
    agent.send("traces", spans("a", "b"))

    response = agent.send("traces", spans("c", "d", first_id=3))

    assert response.status_code == 200
    assert b"the session is full" in response.content
    assert sorted(names(session_of(project))) == ["a", "b"]


def test_nothing_of_an_upload_is_kept_if_its_transaction_fails(agent, project, monkeypatch):
    def fail(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(keeping, "append", fail)

    assert agent.send("traces", spans("user_turn")).status_code == 503
    assert Session.objects.count() == Batch.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_one_session_fed_by_eight_connections_loses_nothing(agent, project):
    bodies = [spans(f"span{n}", first_id=n) for n in range(1, 61)]

    def send(body):
        try:
            return agent.send("traces", body).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, random.sample(bodies * 2, 120)))

    session = session_of(project)
    assert set(answers) == {200}
    assert (session.span_count, session.duplicate_count, session.cursor) == (60, 60, 60)
    assert len(records_of(session)) == 60
    assert list(Batch.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 61))


def test_odd_text_is_mended_and_kept(agent, project):
    request = ExportTraceServiceRequest.FromString(spans("user_turn"))
    request.resource_spans[0].scope_spans[0].spans[0].attributes.add(key="nul", value=text("a\0b"))

    agent.send("traces", request.SerializeToString())

    [[record]] = batches_of(session_of(project))
    assert record["attributes"]["nul"] == "a\ufffdb"


def test_gzip_of_several_members_is_read_whole(agent, project):
    body = spans("user_turn", "llm_node")
    members = gzip.compress(body[:40]) + gzip.compress(body[40:])

    agent.send("traces", members, **{"Content-Encoding": "gzip"})

    assert names(session_of(project)) == ["user_turn", "llm_node"]
