"""The silence before an answer, measured in the recording beside what the spans say."""

import pytest

from observability.timeline import RecordingFile, SessionContext, as_json
from observability.timeline.context import HeardInFile
from observability.timeline.silence import NO_AGENT, NO_START, NO_USER, NOT_ANALYSED, ONE_CHANNEL, TALKING
from tests.timeline.sessions import T0, built, child, header, span

ASKED = span("user_turn", 1000, 3400, attributes={"lk.user_transcript": "Are you open?"})
QUESTION = (ASKED, child(ASKED, "user_speaking", 1000, 3000))
ANSWER = span(
    "agent_turn",
    3100,
    6000,
    attributes={
        "lk.speech_id": "speech_1",
        "lk.pii.user_input": "Are you open?",
        "lk.response.text": "Yes.",
        "lk.e2e_latency": 1.2,
    },
)
TALK = (*QUESTION, ANSWER, child(ANSWER, "agent_speaking", 4200, 6000))


def heard_as(*records, user=((1500, 3500),), agent=((4700, 6500),), start_ns=T0 - 500_000_000):
    """The recording begins half a second before the session, so its times are half a second later."""
    file = RecordingFile(start_ns, 8000, HeardInFile(user, agent))
    return built(*records, context=SessionContext(recording=file))


def measured(timeline):
    (turn,) = timeline.turns
    return turn.latency.measured_ms, turn.latency.measured_reason


def test_silence_lies_between_both_voices_of_the_recording():
    timeline = heard_as(*TALK, user=((1510, 3480),), agent=((4730, 6500),))

    assert measured(timeline) == (1250.0, "")
    assert timeline.turns[0].latency.e2e_ms == 1200.0
    assert timeline.figures.latency["measured"].p50_ms == 1250.0


def test_other_stretches_of_both_voices_do_not_matter():
    timeline = heard_as(*TALK, user=((100, 400), (1500, 3500), (7000, 7500)), agent=((0, 90), (4700, 6500)))

    assert measured(timeline) == (1200.0, "")


@pytest.mark.parametrize(
    ("voices", "reason"),
    [
        ({"user": ()}, NO_USER),
        ({"user": ((100, 900),)}, NO_USER),
        ({"agent": ()}, NO_AGENT),
        ({"agent": ((0, 900), (6600, 7000))}, NO_AGENT),
        ({"user": ((1500, 4500),), "agent": ((4400, 6500),)}, TALKING),
        ({"agent": None}, ONE_CHANNEL),
    ],
)
def test_what_cannot_be_measured_says_why(voices, reason):
    assert measured(heard_as(*TALK, **voices)) == (None, reason)


def test_recording_that_nobody_listened_to_measures_nothing():
    timeline = built(*TALK, header(), context=SessionContext(recording=RecordingFile(T0, 8000)))

    assert measured(timeline) == (None, NOT_ANALYSED)


def test_recording_without_a_beginning_measures_nothing():
    timeline = heard_as(*TALK, start_ns=0)

    assert measured(timeline) == (None, NO_START)
    assert timeline.recording.heard is None


def test_without_recording_or_answer_there_is_nothing_to_explain():
    assert measured(built(*TALK, context=SessionContext())) == (None, "")
    assert measured(heard_as(*QUESTION)) == (None, "")


def test_snapshot_has_both_voices_in_session_time():
    recording = as_json(heard_as(*TALK, header(duration_ms=8300)))["recording"]

    assert recording == {
        "start_ms": -500.0,
        "duration_ms": 8000,
        "present": True,
        "announced_ms": 8300.0,
        "heard": {
            "user": [{"start_ms": 1000.0, "end_ms": 3000.0}],
            "agent": [{"start_ms": 4200.0, "end_ms": 6000.0}],
        },
    }
