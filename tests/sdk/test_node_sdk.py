"""What only the Node SDK sends, or sends differently."""

from collections import Counter

import pytest

from tests.sdk.sessions import INTERRUPTED, Session, words

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(300)]


@pytest.fixture
def session(node_session: Session) -> Session:
    return node_session


def test_node_session_names_its_sdk(session):
    assert session.head["sdk"] == {"language": "node", "version": "1.9.0"}


def test_node_transcript_holds_every_word(session):
    assert session.said() == words(interrupted_answer=INTERRUPTED)


def test_node_sends_its_last_spans_while_it_waits_for_the_answer_to_its_recording(session):
    """Node does not flush spans at its end: without the late answer the root and the last turn are lost."""
    [root] = session.spans_named("agent_session")
    answers = sorted(session.spans_named("agent_turn"), key=lambda span: int(span["start_ns"]))

    assert {span["parent_span_id"] for span in answers} == {root["span_id"]}
    assert answers[-1]["attributes"]["lk.pii.response.text"] == "Goodbye and thank you for calling!"
    assert len(session.spans_named("drain_agent_activity")) == len(session.spans_named("on_exit")) == 2


def test_node_sends_one_turn_span_for_each_step_of_the_model(session):
    names = Counter(span["name"] for span in session.spans)

    assert names["agent_turn"] == names["llm_node"] == 13
    assert names["tts_node"] == 10


def test_node_error_of_the_model_shows_in_its_one_attempt(session):
    failed = [
        span for span in session.spans if span["status"]["code"] == 2 and span["name"] != "event_loop_blocked"
    ]

    assert [span["name"] for span in failed] == ["llm_request_run"]
    assert failed[0]["status"]["message"] == "the model refused this prompt"
