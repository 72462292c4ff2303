"""Lists show a summary of each session, made by the worker soon after the session ended and now and then before."""

from datetime import timedelta

from django.utils import timezone

from observability.models import Session
from observability.sessions.life import lose_silent_sessions, sessions_to_summarise
from observability.sessions.summary import refresh_summary
from observability.tasks import sweep_sessions
from tests.captured import captured_exports
from tests.sending import logs, spans


def only_session() -> Session:
    return Session.objects.get()


def test_summary_tells_what_a_list_shows(agent, project):
    for request in captured_exports("python/1.8.9_full"):
        encoding = request.header("content-encoding")
        agent.send(
            request.signal, request.body, content_type=request.content_type, **{"Content-Encoding": encoding}
        )

    sweep_sessions()

    summary = only_session().summary
    assert (summary["turns"], summary["no_answer"], summary["interruptions"]) == (15, 1, 2)
    assert (summary["tool_calls"], summary["tool_failures"], summary["errors"]) == (5, 1, 5)
    assert (summary["outcome"], summary["tags"][:2]) == ("success", ["caller:returning", "language:en"])
    assert len(summary["answers_ms"]) == 15 and summary["max_ms"] > 1_360
    assert only_session().error_count == 5


def test_ended_session_is_summarised_at_once_and_then_left_alone(agent, project):
    agent.send("traces", spans("job_entrypoint"))

    assert sessions_to_summarise(timezone.now()) == [only_session().pk]
    refresh_summary(only_session().pk)
    assert sessions_to_summarise(timezone.now()) == []


def test_live_session_is_summarised_now_and_then(agent, project):
    agent.send("traces", spans("user_turn"))

    assert sessions_to_summarise(timezone.now()) == []
    assert sessions_to_summarise(timezone.now() + timedelta(seconds=11)) == [only_session().pk]


def test_late_data_is_summarised_again(agent, project):
    agent.send("traces", spans("job_entrypoint"))
    refresh_summary(only_session().pk)

    agent.send("logs", logs("late"))

    assert sessions_to_summarise(timezone.now()) == [only_session().pk]


def test_change_of_status_is_summarised_again(agent, project):
    agent.send("traces", spans("user_turn"))
    refresh_summary(only_session().pk)

    lose_silent_sessions(timezone.now() + timedelta(hours=1))

    assert sessions_to_summarise(timezone.now()) == [only_session().pk]


def test_session_that_cannot_be_summarised_does_not_keep_others_waiting(agent, project, monkeypatch, caplog):
    agent.send("traces", spans("job_entrypoint", job="AJ_bad"))
    agent.send("traces", spans("job_entrypoint", job="AJ_good"))
    bad = Session.objects.get(job_id="AJ_bad").pk

    def refresh(session_id: int) -> None:
        if session_id == bad:
            raise ValueError("broken")
        refresh_summary(session_id)

    monkeypatch.setattr("observability.tasks.refresh_summary", refresh)
    sweep_sessions()

    assert Session.objects.get(job_id="AJ_good").summary["turns"] == 0
    assert f"The summary of session {bad} could not be made." in caplog.text
    assert sessions_to_summarise(timezone.now()) == []
