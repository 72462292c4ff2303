"""Who speaks when, told from the sound alone, as near as 30 ms to what the SDKs' own spans say."""

from statistics import median

import numpy as np
import pytest

from observability.recordings.peaks import Reducer
from observability.recordings.speech import speech_of, stretches_of
from tests.demo.conftest import demos
from tests.recordings.sounds import RATE_HZ, captured_audio, captured_spans, decoded, noise, voice

__all__ = ["demos"]

NEAR_MS = 30
SPANS = [(1000, 2200), (4000, 4300), (6000, 9500)]
LENGTH_MS = 20_000


def loudness_of(samples):
    reducer = Reducer(RATE_HZ // 100)
    reducer.add(samples)
    return reducer.finish()[1]


def heard(*channels):
    return speech_of(loudness_of(np.stack(channels)), bucket_ms=10.0)


def heard_alone(channel):
    return stretches_of(loudness_of(channel[None])[0], bucket_ms=10.0)


def differences(stretches, spans):
    """Sound − span at both ends, of every span; each must be heard."""
    found = []
    for start, end in spans:
        inside = [stretch for stretch in stretches if stretch[0] < end and stretch[1] > start]
        assert inside, f"nothing is heard between {start} and {end}"
        found.append((inside[0][0] - start, inside[-1][1] - end))
    return found


def are_near(stretches, spans, within_ms=NEAR_MS):
    return len(stretches) == len(spans) and all(
        abs(begin) <= within_ms and abs(end) <= within_ms for begin, end in differences(stretches, spans)
    )


@pytest.fixture(scope="module")
def python_talk():
    run = "python/1.8.9_full"
    speech = heard(*decoded(captured_audio(run)))
    return speech, captured_spans(run, "user_speaking"), captured_spans(run, "agent_speaking")


def test_captured_python_session_sounds_where_its_spans_are(python_talk):
    speech, user, agent = python_talk

    assert (len(user), len(agent)) == (16, 19)
    assert are_near(speech.user, user, within_ms=10)
    assert are_near(speech.agent, agent, within_ms=10)


def test_captured_node_session_sounds_where_its_spans_are_but_for_its_own_delay():
    """Node lays the user's sound up to 0.1 s late, and ends the agent's spans some 30 ms after the sound."""
    run = "node/1.9.0_full"
    speech = heard(*decoded(captured_audio(run)))

    user = differences(speech.user, captured_spans(run, "user_speaking"))
    agent = differences(speech.agent, captured_spans(run, "agent_speaking"))

    assert all(abs(begin) <= 10 and -40 <= end <= 0 for begin, end in agent)
    lateness = median(begin for begin, _ in user)
    assert 90 < lateness < 105
    assert (
        sum(abs(begin - lateness) <= NEAR_MS and abs(end - lateness) <= NEAR_MS for begin, end in user) == 13
    )
    assert all(abs(end - begin) <= NEAR_MS for begin, end in user)


@pytest.mark.parametrize("name", ["front_desk", "parcel_line"])
def test_demo_sessions_sound_where_their_spans_are(demos, name):
    told = demos[name]

    speech = heard(*told.sound)

    for stretches, voice_name in ((speech.user, "user_speaking"), (speech.agent, "agent_speaking")):
        spans = [
            (
                (span.start_time_unix_nano - told.audio_start_ns) / 1e6,
                (span.end_time_unix_nano - told.audio_start_ns) / 1e6,
            )
            for span in told.named(voice_name)
        ]
        assert are_near(stretches, spans, within_ms=15)


@pytest.mark.parametrize("floor", [0.0, 0.0001, 0.003, 0.01, 0.03])
def test_speech_stands_out_from_noise(floor):
    assert are_near(heard_alone(voice(SPANS, LENGTH_MS, floor=floor)), SPANS)


@pytest.mark.parametrize("level", [0.003, 0.02, 0.3])
def test_quiet_and_loud_speakers_are_heard_alike(level):
    assert are_near(heard_alone(voice(SPANS, LENGTH_MS, level=level, floor=0.0002)), SPANS)


def test_noise_that_sets_in_is_no_speech():
    channel = voice(SPANS, LENGTH_MS)
    channel[10 * RATE_HZ :] += noise(10, level=0.01, channels=1)[0]

    assert are_near(heard_alone(channel), SPANS)


def test_noise_alone_is_no_speech():
    assert heard_alone(noise(20, level=0.01, channels=1)[0]) == ()


def test_muted_channel_is_no_speech_and_hides_none():
    channel = voice(SPANS, LENGTH_MS, floor=0.003)
    channel[12_000 * 48 :] = 0

    assert are_near(heard_alone(channel), SPANS)


def test_pause_between_words_does_not_end_a_stretch():
    assert are_near(heard_alone(voice([(1000, 1800), (2150, 3000)], 5000)), [(1000, 3000)])


def test_pause_of_half_a_second_ends_it():
    spans = [(1000, 1800), (2300, 3000)]

    assert are_near(heard_alone(voice(spans, 5000)), spans)


def test_click_is_no_speech():
    channel = voice(SPANS, LENGTH_MS)
    channel[12 * RATE_HZ : 12 * RATE_HZ + 500] = 0.9

    assert are_near(heard_alone(channel), SPANS)


def test_agents_echo_is_not_the_user():
    agent = voice([(10_000, 15_000)], LENGTH_MS, seed=5)
    user = voice(SPANS, LENGTH_MS) + np.roll(agent, 100 * 48) * 0.05

    speech = heard(user, agent)

    assert are_near(speech.user, SPANS)
    assert are_near(speech.agent, [(10_000, 15_000)])


def test_user_who_talks_over_the_agent_is_heard():
    agent = voice([(500, 15_000)], LENGTH_MS, seed=5)

    assert are_near(heard(voice(SPANS, LENGTH_MS, level=0.05), agent).user, SPANS)


def test_silence_and_nothing_at_all_hold_no_speech():
    assert heard_alone(np.zeros(5 * RATE_HZ, np.float32)) == ()
    assert stretches_of(np.zeros(0, np.float32), bucket_ms=10.0) == ()


def test_one_channel_knows_no_agent():
    speech = heard(voice(SPANS, LENGTH_MS))

    assert are_near(speech.user, SPANS)
    assert speech.agent is None
