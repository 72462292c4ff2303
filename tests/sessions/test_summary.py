"""Lists show a summary of each session, made by the worker soon after the session ended and now and then before."""

from datetime import timedelta

from django.utils import timezone

from observability.models import Job, Session
from observability.queries.records import timeline_of
from observability.sessions import summary
from observability.sessions.life import ask_for_summaries, live_sessions_to_summarise, lose_silent_sessions
from observability.sessions.summary import SUMMARISE, refresh_summary
from observability.tasks import sweep_sessions
from tests.captured import captured_exports
from tests.ops.working import work_off
from tests.sending import logs, spans


def only_session() -> Session:
    return Session.objects.get()


def summarised() -> list[int]:
    """The sessions whose summary the worker is asked for."""
    ask_for_summaries()
    asked = Job.objects.filter(kind=SUMMARISE, state=Job.State.WAITING)
    return list(asked.values_list("object_id", flat=True))


def test_summary_tells_what_a_list_shows(agent, project):
    for request in captured_exports("python/1.8.9_full"):
        encoding = request.header("content-encoding")
        agent.send(
            request.signal, request.body, content_type=request.content_type, **{"Content-Encoding": encoding}
        )

    sweep_sessions()
    work_off(SUMMARISE)

    summary = only_session().summary
    assert (summary["turns"], summary["no_answer"], summary["interruptions"]) == (15, 1, 2)
    assert (summary["tool_calls"], summary["tool_failures"], summary["errors"]) == (5, 1, 5)
    assert (summary["outcome"], summary["tags"][:2]) == ("success", ["caller:returning", "language:en"])
    assert len(summary["answers_ms"]) == 15 and summary["max_ms"] > 1_360
    assert only_session().error_count == 5


def test_ended_session_is_summarised_at_once_and_then_left_alone(agent, project):
    agent.send("traces", spans("job_entrypoint"))

    assert summarised() == [only_session().pk]
    work_off(SUMMARISE)
    assert summarised() == []
    assert live_sessions_to_summarise(timezone.now()) == []


def test_live_session_is_summarised_now_and_then(agent, project):
    agent.send("traces", spans("user_turn"))

    assert live_sessions_to_summarise(timezone.now()) == []
    assert live_sessions_to_summarise(timezone.now() + timedelta(seconds=11)) == [only_session().pk]
    assert summarised() == []


def test_late_data_is_summarised_again(agent, project):
    agent.send("traces", spans("job_entrypoint"))
    refresh_summary(only_session().pk)

    agent.send("logs", logs("late"))

    assert summarised() == [only_session().pk]


def test_change_of_status_is_summarised_again(agent, project):
    agent.send("traces", spans("user_turn"))
    refresh_summary(only_session().pk)

    lose_silent_sessions(timezone.now() + timedelta(hours=1))

    assert summarised() == [only_session().pk]


def test_data_that_comes_while_the_summary_is_made_is_summarised_again(agent, project, monkeypatch):
    agent.send("traces", spans("job_entrypoint"))
    summarised()

    def build_while_data_comes(session):
        agent.send("logs", logs("meanwhile"))
        return timeline_of(session)

    monkeypatch.setattr(summary, "timeline_read_of", build_while_data_comes)
    work_off(SUMMARISE)

    assert only_session().summary_cursor == 1
    assert summarised() == [only_session().pk]


def test_live_session_that_cannot_be_summarised_does_not_keep_others_waiting(
    agent, project, monkeypatch, caplog
):
    agent.send("traces", spans("user_turn", job="AJ_bad"))
    agent.send("traces", spans("user_turn", job="AJ_good"))
    Session.objects.update(first_received_at=timezone.now() - timedelta(minutes=1))
    bad = Session.objects.get(job_id="AJ_bad").pk

    def build(session):
        if session.pk == bad:
            raise ValueError("broken")
        return timeline_of(session)

    monkeypatch.setattr(summary, "timeline_read_of", build)
    sweep_sessions()

    assert Session.objects.get(job_id="AJ_good").summary["turns"] == 0
    assert f"The summary of session {bad} could not be made." in caplog.text
    assert live_sessions_to_summarise(timezone.now() + timedelta(minutes=1)) == []
