"""Whether a recording can be believed, judged by what was heard in it and by the spans."""

from dataclasses import replace

import pytest

from observability.recordings.trust import trust_of
from observability.timeline import RecordingFile, SessionContext
from observability.timeline.context import HeardInFile
from tests.timeline.sessions import T0, built, header, span

USER = [(1000 + 7000 * turn, 3000 + 7000 * turn + 40 * turn) for turn in range(10)]
AGENT = [(4200 + 7000 * turn, 7000 + 7000 * turn + 15 * turn) for turn in range(10)]
LENGTH_MS = 71_000.0


def moved(spans, by_ms, *, after_ms=-1.0):
    return tuple((a + by_ms, b + by_ms) if a > after_ms else (a, b) for a, b in spans)


def trust_in(*, user=tuple(USER), agent=tuple(AGENT), length_ms=LENGTH_MS, announced_ms=71_300, records=None):
    spans = [span("user_speaking", *times) for times in USER]
    spans += [span("agent_speaking", *times) for times in AGENT]
    file = RecordingFile(T0, length_ms, HeardInFile(user, agent))
    told = spans if records is None else records
    return trust_of(built(*told, header(duration_ms=announced_ms), context=SessionContext(recording=file)))


def test_recording_that_agrees_with_its_spans_is_believed():
    trust = trust_in(user=moved(USER, 4), agent=moved(AGENT, -3))

    assert (trust.length_ms, trust.expected_ms, trust.missing_ms) == (71_000.0, 71_300.0, 0.0)
    assert (trust.user.spans, trust.user.matched, trust.user.offset_ms) == (10, 10, 4.0)
    assert (trust.agent.offset_ms, trust.agent.inserted_ms) == (-3.0, 0.0)
    assert (trust.is_swapped, trust.sentences) == (False, ())


def test_late_channel_is_told_with_its_delay():
    trust = trust_in(user=moved(USER, 98))

    assert trust.user.offset_ms == 98.0
    assert trust.sentences == ("The user's channel is 98 ms late against the spans.",)


def test_leading_silence_moves_both_channels():
    trust = trust_in(user=moved(USER, 2500), agent=moved(AGENT, 2500))

    assert trust.leading_ms == 2500.0
    assert trust.sentences == ("The recording begins with 2.5 s of silence that the session did not have.",)


def test_inserted_silence_makes_a_channel_late_towards_its_end():
    trust = trust_in(agent=moved(AGENT, 3000, after_ms=40_000))

    assert trust.agent.inserted_ms == 3000.0
    assert trust.sentences == ("The agent's channel grows late by 3.0 s: silence was put into it.",)


def test_missing_middle_makes_a_channel_early_towards_its_end():
    trust = trust_in(user=moved(USER, -800, after_ms=40_000))

    assert trust.user.inserted_ms == -800.0
    assert trust.sentences == ("The user's channel grows early by 0.8 s: some of it is missing.",)


def test_single_answer_that_is_late_changes_no_judgement():
    late = (*AGENT[:4], (AGENT[4][0] + 860, AGENT[4][1] + 860), *AGENT[5:])

    assert trust_in(agent=late).sentences == ()


@pytest.mark.parametrize(
    ("length_ms", "sentence"),
    [
        (60_000.0, "The last 11.3 s of the session are not in the recording."),
        (75_000.0, "The recording is 3.7 s longer than the session."),
    ],
)
def test_length_that_was_not_announced_is_told(length_ms, sentence):
    assert trust_in(length_ms=length_ms).sentences == (sentence,)


def test_speech_behind_the_end_is_missing_where_nothing_was_announced():
    trust = trust_in(length_ms=66_000.0, announced_ms=0)

    assert (trust.expected_ms, trust.missing_ms) == (AGENT[-1][1], AGENT[-1][1] - 66_000.0)
    assert trust.sentences == ("The last 4.1 s of the session are not in the recording.",)


def test_swapped_channels_are_suspected():
    trust = trust_in(user=tuple(AGENT), agent=tuple(USER))

    assert trust.is_swapped
    assert trust.sentences == ("The channels seem to be swapped: the left one sounds when the agent speaks.",)


def test_silent_channel_is_told():
    trust = trust_in(agent=())

    assert (trust.agent.is_silent, trust.agent.matched, trust.agent.offset_ms) == (True, 0, None)
    assert trust.sentences == ("The agent's channel is silent, although the spans tell of speech.",)


def test_without_spans_nothing_is_said_against_it():
    trust = trust_in(records=[])

    assert (trust.user.spans, trust.user.offset_ms, trust.sentences) == (0, None, ())


def test_one_channel_or_nobody_who_listened_leaves_the_length_to_judge():
    trust = trust_in(agent=None, length_ms=60_000.0)

    assert (trust.user, trust.agent, trust.missing_ms) == (None, None, 11_300.0)
    unheard = built(header(), context=SessionContext(recording=RecordingFile(T0, 5000.0)))
    assert trust_of(unheard).sentences == ()


def test_session_without_recording_has_nothing_to_trust():
    timeline = built(span("a"), header(), context=SessionContext())

    assert trust_of(timeline) is None
    assert trust_of(replace(timeline, recording=None)) is None
