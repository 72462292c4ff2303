"""Switches and redaction hold before the first write, for everything that a row or a record would tell."""

import json

import pytest
from django.utils import timezone
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from observability.ingest.telemetry import accept_telemetry
from observability.journal.codec import decode
from observability.models import Batch, Session
from observability.queries.records import records_of
from projects.models import PrivacySwitches
from tests.sending import PROTOBUF, logs, spans, text

NUMBER = "+15551234567"


@pytest.fixture
def switch(project, monkeypatch):
    """Sets switches of the project; verdicts about senders are not remembered, so they count at once."""
    monkeypatch.setattr("observability.ingest.credentials.TOKEN_VERDICT_S", 0)

    def switch(**switches: bool) -> None:
        PrivacySwitches.objects.filter(project=project).update(**switches)

    return switch


def test_session_begins_with_the_switches_of_that_moment_though_its_key_was_read_before(agent, project):
    agent.send("traces", spans("llm_node"))
    PrivacySwitches.objects.filter(project=project).update(redaction=True, transcripts=False)

    agent.send("traces", spans("llm_node", job="AJ_2", first_id=9))

    begun = Session.objects.get(job_id="AJ_2")
    assert begun.is_redacted
    assert begun.switched_off == ["transcript"]


def test_no_session_begins_once_the_project_is_off_though_its_key_was_read_before(agent, project):
    agent.send("traces", spans("llm_node"))
    PrivacySwitches.objects.filter(project=project).update(observability=False)

    assert agent.send("traces", spans("llm_node", job="AJ_2", first_id=9)).status_code == 401
    assert not Session.objects.filter(job_id="AJ_2").exists()


def with_attributes(body: bytes, **values: str) -> bytes:
    request = ExportTraceServiceRequest.FromString(body)
    for key, value in values.items():
        request.resource_spans[0].scope_spans[0].spans[0].attributes.add(key=key, value=text(value))
    return request.SerializeToString()


def asking_for_redaction(body: bytes) -> bytes:
    request = ExportTraceServiceRequest.FromString(body)
    request.resource_spans[0].scope_spans[0].spans[0].attributes.add(
        key="lk.redaction.enabled"
    ).value.bool_value = True
    return request.SerializeToString()


def with_scope_asking_for_redaction(body: bytes) -> bytes:
    request = ExportLogsServiceRequest.FromString(body)
    scope = request.resource_logs[0].scope_logs[0].scope
    scope.attributes.add(key="lk.redaction.enabled").value.bool_value = True
    return request.SerializeToString()


def everything_kept(project) -> str:
    sessions = [list(Session.objects.for_project(project).values())]
    return str(sessions) + json.dumps([records_of(s) for s in Session.objects.for_project(project)])


def test_scope_that_asks_for_redaction_is_heard_before_the_first_write(agent, project):
    agent.send("logs", with_scope_asking_for_redaction(logs(f"Call me at {NUMBER}.")))

    assert Session.objects.get().is_redacted
    assert NUMBER not in everything_kept(project)


def test_records_of_no_session_that_ask_for_redaction_get_it(agent, project):
    request = ExportLogsServiceRequest.FromString(logs(f"Call me at {NUMBER}.", job="", room=""))
    [record] = request.resource_logs[0].scope_logs[0].log_records
    record.attributes.add(key="lk.redaction.enabled").value.bool_value = True

    assert agent.send("logs", request.SerializeToString()).status_code == 200

    batch = Batch.objects.get(session=None)
    assert batch.record_count == 1
    assert NUMBER not in str(decode(batch.payload))


def test_what_was_read_with_a_key_stays_as_it_was_read(project):
    """Other uploads have it in hand at the same moment: what is true now is for the session that begins."""
    PrivacySwitches.objects.filter(project=project).update(redaction=True)

    accept_telemetry(project, "traces", spans("llm_node"), PROTOBUF, now=timezone.now())

    assert Session.objects.get().is_redacted
    assert not project.privacy.redaction


def test_project_that_is_off_silences_agents_politely(agent, project, switch):
    switch(observability=False)

    response = agent.send("traces", spans("user_turn"))

    assert response.status_code == 401
    assert b"data recording is disabled by owner" in response.content
    assert Session.objects.count() == Batch.objects.count() == 0


def test_session_in_progress_goes_on_when_its_project_is_switched_off(agent, project, switch):
    agent.send("traces", spans("user_turn"))
    switch(observability=False)

    answers = [
        agent.send("traces", spans("llm_node", first_id=2)).status_code,
        agent.send("traces", spans("stall", job="", first_id=3)).status_code,
        agent.send("traces", spans("user_turn", job="AJ_2")).status_code,
    ]

    assert answers == [200, 200, 401]
    assert Session.objects.get().span_count == 2


@pytest.mark.parametrize(
    ("off", "kept", "discarded"),
    [
        ({"traces": False}, {"log"}, {"traces": 1}),
        ({"logs": False}, {"span"}, {"logs": 1}),
        ({"traces": False, "logs": False}, set(), {"traces": 1, "logs": 1}),
    ],
    ids=["traces", "logs", "both"],
)
def test_signal_that_is_off_is_acknowledged_counted_and_not_kept(
    agent, project, switch, off, kept, discarded
):
    switch(**off)

    for _ in range(2):
        assert agent.send("traces", spans("user_turn")).status_code == 200
        assert agent.send("logs", logs("hello")).status_code == 200

    session = Session.objects.get()
    assert {record["signal"] for record in records_of(session)} == kept
    assert session.discarded == discarded


def test_switch_counts_for_sessions_that_begin_after_it(agent, project, switch):
    agent.send("traces", spans("user_turn"))
    switch(traces=False)
    agent.send("traces", spans("llm_node", first_id=2))
    agent.send("traces", spans("user_turn", job="AJ_2"))

    assert {s.job_id: s.span_count for s in Session.objects.all()} == {"AJ_1": 2, "AJ_2": 0}


def test_session_of_which_nothing_may_be_kept_still_ends(agent, project, switch):
    switch(traces=False)
    agent.send("traces", spans("job_entrypoint"))

    assert (Session.objects.get().status, Session.objects.get().span_count) == ("ended", 0)


@pytest.mark.parametrize("asked_by", ["project", "agent"])
def test_redacted_session_does_not_tell_who_called(agent, project, switch, asked_by):
    body = with_attributes(
        spans("user_turn"),
        **{"lk.pii.participant_identity": f"sip_{NUMBER}", "lk.pii.room_name": f"call-{NUMBER}"},
    )
    if asked_by == "project":
        switch(redaction=True)
    else:
        body = asking_for_redaction(body)

    agent.send("traces", body)

    assert "5551234567" not in everything_kept(project)
    assert Session.objects.get().is_redacted


def test_redaction_asked_for_late_reaches_what_came_before(agent, project):
    agent.send("logs", logs(f"my number is {NUMBER}"))
    agent.send(
        "traces", with_attributes(spans("user_turn"), **{"lk.pii.participant_identity": f"sip_{NUMBER}"})
    )

    agent.send("traces", asking_for_redaction(spans("llm_node", first_id=2)))

    assert "5551234567" not in everything_kept(project)
    assert len(records_of(Session.objects.get())) == 3


def test_records_that_name_no_job_obey_the_switches_too(agent, project, switch):
    switch(logs=False, traces=False)

    assert agent.send("logs", logs(f"call me at {NUMBER}", job="")).status_code == 200
    assert agent.send("traces", spans("customers_own", job="")).status_code == 200
    assert Batch.objects.count() == 0
