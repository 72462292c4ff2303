"""Facts of a session that is over: rows of numbers and short names, which many sessions can be asked for at once."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from observability.journal.seal import seal_session
from observability.models import (
    ErrorFact,
    ModelFact,
    SaidLine,
    Session,
    ToolFact,
    TurnFact,
    VerdictFact,
)
from observability.queries.records import timeline_read_of
from observability.retention.delete import delete_session
from observability.sessions.facts import KINDS
from observability.sessions.summary import refresh_summary
from observability.tasks import sweep_sessions
from tests.ingest.test_privacy_at_the_door import asking_for_redaction
from tests.retention.erasing import expire
from tests.sending import logs, spans


def all_facts():
    """Without their own keys, in their own order."""
    return [
        [{k: v for k, v in row.items() if k != "id"} for row in kind._base_manager.order_by("pk").values()]
        for kind in KINDS
    ]


def counts():
    return [kind._base_manager.count() for kind in KINDS]


def test_each_turn_is_a_row_with_its_times_and_latencies(front_desk):
    told = timeline_read_of(front_desk).turns

    rows = list(TurnFact.objects.filter(role="user").order_by("index"))

    assert [row.index for row in rows] == list(range(1, 16))
    assert [row.outcome for row in rows] == [turn.outcome for turn in told]
    assert {"answered", "interrupted", "failed"} == {row.outcome for row in rows}
    assert sum(row.is_interrupted for row in rows) == 2
    assert {row.agent for row in rows} >= {turn.agent for turn in told if turn.agent}
    for row, turn in zip(rows, told, strict=True):
        figures = turn.latency
        assert (row.start_ns, row.end_ns) == (turn.start_ns, turn.end_ns)
        assert (row.e2e_ms, row.llm_ttft_ms, row.tts_ttfb_ms) == (
            figures.e2e_ms,
            figures.llm_ttft_ms,
            figures.tts_ttfb_ms,
        )
        assert (row.transcription_delay_ms, row.end_of_turn_delay_ms) == (
            figures.transcription_delay_ms,
            figures.end_of_turn_delay_ms,
        )
    assert max(row.e2e_ms or 0 for row in rows) > 1_360


def test_what_the_agent_said_unasked_is_a_row_of_its_own(front_desk):
    greeting = TurnFact.objects.filter(role="agent").order_by("start_ns").first()

    assert greeting is not None
    assert (greeting.index, greeting.outcome, greeting.e2e_ms) == (None, "", None)
    assert greeting.llm_ttft_ms or greeting.tts_ttfb_ms


def test_tools_models_errors_and_verdicts_are_rows_too(front_desk):
    assert ToolFact.objects.count() == 5
    [failed] = ToolFact.objects.filter(status=ToolFact.Status.FAILED)
    assert failed.name and failed.turn and failed.duration_ms is not None
    assert ErrorFact.objects.count() == 5
    assert ErrorFact.objects.filter(kind="tool", source="span").count() == 1
    llm = ModelFact.objects.filter(type="llm").order_by("-input_tokens").first()
    assert llm is not None and llm.model and llm.requests and llm.input_tokens and llm.output_tokens
    assert ModelFact.objects.filter(type="tts", characters__gt=0).exists()
    verdicts = VerdictFact.objects.values_list("kind", "name")
    assert ("outcome", "success") in verdicts
    assert {("tag", "caller:returning"), ("tag", "language:en")} <= set(verdicts)


def test_facts_hold_nothing_that_was_said_and_no_message(front_desk):
    said = {item.text for item in timeline_read_of(front_desk).transcript if len(item.text) > 20}
    messages = {error.message for error in timeline_read_of(front_desk).errors if len(error.message) > 20}

    texts = [
        str(value)
        for kind in KINDS
        if kind is not SaidLine
        for row in kind._base_manager.values_list(
            *[field.name for field in kind._meta.fields if isinstance(field, models.CharField)]
        )
        for value in row
    ]

    assert said and messages
    assert not [text for text in texts for content in said | messages if content in text]


def test_every_row_names_its_project_and_its_death_date(front_desk):
    for kind in KINDS:
        held = set(kind._base_manager.values_list("project_id", "session_id", "expires_at"))
        assert held == {(front_desk.project_id, front_desk.pk, front_desk.expires_at)}, kind


def test_facts_made_twice_are_there_once_and_sealing_changes_none(front_desk):
    before = all_facts()

    refresh_summary(front_desk.pk)
    seal_session(front_desk.pk)
    refresh_summary(front_desk.pk)

    assert all_facts() == before


def test_late_data_replaces_all_of_them(agent, replay):
    session = replay("python/1.8.9_full", requests=40)
    Session.objects.update(status=Session.Status.LOST)
    refresh_summary(session.pk)
    first = set(TurnFact.objects.values_list("pk", flat=True))

    replay("python/1.8.9_full")

    assert 0 < len(first) < 15
    assert list(TurnFact.objects.filter(role="user").order_by("pk").values_list("index", flat=True)) == list(
        range(1, 16)
    )
    assert not TurnFact.objects.filter(pk__in=first).exists()


def test_session_that_lives_has_none_yet(replay):
    session = replay("python/1.8.9_full", requests=40)

    assert (session.status, session.summary["turns"] > 0) == ("live", True)
    assert counts() == [0] * len(KINDS)


def test_facts_are_found_by_project_until_they_expire(front_desk, other_project):
    project = front_desk.project

    assert TurnFact.objects.all().for_project(project).filter(e2e_ms__gt=1_300).exists()
    assert not TurnFact.objects.all().for_project(other_project).exists()

    TurnFact.objects.update(expires_at=timezone.now() - timedelta(milliseconds=1))  # as fine as SQLite tells
    assert not TurnFact.objects.all().for_project(project).exists()


def test_facts_go_with_the_deletion_itself(front_desk):
    assert all(counts())

    delete_session(front_desk)

    assert counts() == [0] * len(KINDS)


def test_summary_that_comes_after_the_death_of_its_session_writes_nothing(front_desk):
    for kind in KINDS:
        kind._base_manager.all().delete()

    expire(front_desk)
    refresh_summary(front_desk.pk)

    assert counts() == [0] * len(KINDS)


def test_redaction_that_is_asked_for_late_removes_them_until_they_are_made_of_what_is_left(agent, front_desk):
    ask = spans("user_turn", job=front_desk.job_id, room=front_desk.room_id, first_id=999)
    agent.send("traces", asking_for_redaction(ask))
    at_once = counts()

    sweep_sessions()
    Session.objects.update(status=Session.Status.ENDED)
    refresh_summary(front_desk.pk)

    assert at_once == [0] * len(KINDS)
    assert all(counts())


def test_summary_that_was_begun_before_the_redaction_writes_nothing(agent, front_desk, monkeypatch):
    ask = asking_for_redaction(spans("user_turn", job=front_desk.job_id, room=front_desk.room_id, first_id=9))

    def build_while_redaction_is_asked_for(session):
        built = timeline_read_of(session)
        agent.send("traces", ask)
        return built

    monkeypatch.setattr("observability.sessions.summary.timeline_read_of", build_while_redaction_is_asked_for)
    refresh_summary(front_desk.pk)

    assert counts() == [0] * len(KINDS)
    assert Session.objects.get().has_news


def test_what_an_application_writes_for_a_class_is_a_name_or_nothing(agent, project):
    agent.send("traces", spans("job_entrypoint"))
    agent.send("logs", failing_log("ValueError"))
    agent.send("logs", failing_log("Jane called and nothing worked", at_s=100))

    refresh_summary(Session.objects.get().pk)

    assert list(ErrorFact.objects.order_by("at_ns").values_list("error_type", flat=True)) == [
        "ValueError",
        "",
    ]


def failing_log(error_type, *, at_s=0):
    request = ExportLogsServiceRequest.FromString(logs("it failed"))
    record = request.resource_logs[0].scope_logs[0].log_records[0]
    record.severity_number = 17
    record.time_unix_nano += at_s * 10**9
    record.attributes.add(key="exception.type").value.string_value = error_type
    return request.SerializeToString()
