"""What captured sessions say about themselves at their end: usage, verdicts, a second session, a crash."""

from observability.timeline import SessionContext
from tests.timeline.sessions import timeline_of


def test_usage_of_old_and_new_sdks_comes_from_spans_and_report():
    for run in ("python/1.8.9_full", "node/1.9.0_full", "python/1.5.1"):
        usage = {usage.type: usage for usage in timeline_of(run).usage}

        assert {kind: told.source for kind, told in usage.items()} == {
            "llm": "spans",
            "tts": "spans",
            "stt": "report",
        }
        assert usage["llm"].model == "script-llm-1"


def test_evaluations_outcome_and_tags_are_those_of_the_agent():
    timeline = timeline_of("python/1.8.9_full")

    assert [(e.name, e.verdict) for e in timeline.evaluations] == [
        ("task_completion", "pass"),
        ("conciseness", "fail"),
    ]
    assert (timeline.outcome.outcome, timeline.outcome.reason) == ("success", "the caller said goodbye")
    assert {tag.name: tag.metadata for tag in timeline.tags}["caller:returning"]["visits"] == 3


def test_outcome_without_its_word_is_told_by_its_severity():
    assert timeline_of("python/1.5.1").outcome.outcome == "success"


def test_second_session_in_a_job_is_no_handoff():
    timeline = timeline_of("python/1.8.9_second_session")

    assert [agent.agent for agent in timeline.agents] == ["receptionist"]
    assert (timeline.handoffs, timeline.session.close_reason) == ((), "user_initiated")


def test_crash_before_the_session_leaves_logs_and_says_so():
    completeness = timeline_of("python/1.8.9_crash", context=SessionContext(status="lost")).completeness

    assert completeness["logs"].state == "received"
    assert completeness["audio"].reason == "The job ended before a session had started."
