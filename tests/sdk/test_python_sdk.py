"""What only the Python SDK sends, or sends differently."""

from collections import Counter

import pytest

from tests.sdk.sessions import Session, words

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(300)]


@pytest.fixture
def session(python_session: Session) -> Session:
    return python_session


def test_python_session_names_its_sdk(session):
    assert session.head["sdk"] == {"language": "python", "version": "1.8.9"}


def test_python_transcript_is_cut_where_the_agent_was_interrupted(session):
    [spoken] = [text for _, text in session.said() if text.startswith("Our spa")]

    assert spoken.endswith(("pool", "pool,", "steam", "bath", "bath,", "salt", "room", "room,", "a"))
    assert session.said() == words(interrupted_answer=spoken)


def test_python_span_tree_is_whole(session):
    ids = {span["span_id"] for span in session.spans}
    names = Counter(span["name"] for span in session.spans)

    assert [span["name"] for span in session.spans if not span["parent_span_id"]] == ["job_entrypoint"]
    assert {span["parent_span_id"] for span in session.spans if span["parent_span_id"]} <= ids
    assert (names["agent_turn"], names["llm_node"], names["tts_node"]) == (10, 13, 10)
    assert names["session_end_upload"] == names["session_close"] == 1


def test_python_evaluations_are_told_with_their_reasons(session):
    told = {each["name"]: (each["verdict"], each["reasoning"]) for each in session.timeline["evaluations"]}

    assert told == {
        "task_completion": ("pass", "the caller got an answer"),
        "conciseness": ("fail", "too many words"),
    }


def test_python_tags_and_outcome_are_told(session):
    tags = {tag["name"]: tag["metadata"] for tag in session.timeline["tags"]}

    assert session.timeline["outcome"]["outcome"] == "success"
    assert session.timeline["outcome"]["reason"] == "the caller said goodbye"
    assert {"language:en", "caller:returning"} <= set(session.head["tags"])
    assert tags["caller:returning"] == {"visits": 3}


def test_python_metrics_of_the_turns_are_kept(session):
    [latency] = [each for each in session.timeline["metrics"] if each["name"] == "lk.agents.turn.e2e_latency"]

    assert latency["count"] == 7
    assert latency["unit"] == "s"
