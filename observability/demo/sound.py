"""The sound of a planned session: two voices on two channels of an Ogg/Opus file."""

from io import BytesIO

import av
import numpy as np
from numpy.typing import NDArray

from observability.demo.pace import NS_PER_MS
from observability.demo.plan import Plan, Utterance
from observability.demo.voice import RATE, Voice, babble

SAMPLES_PER_MS = RATE // 1000
CALLER = Voice(pitch_hz=192.0, vibrato_hz=5.3, throat=1.16, breath=0.006, loudness=0.07)
AGENT = Voice(pitch_hz=112.0, vibrato_hz=4.6, throat=0.98, breath=0.004, loudness=0.075)
CALLER_ROOM, AGENT_ROOM = 0.0011, 0.00012
"""Noise floors, of full scale: a room with somebody in it, and a line that carries almost nothing."""
OPUS_RATE = 48_000
OPUS_BIT_RATE = 64_000


def ogg_of(plan: Plan) -> bytes:
    caller = _channel(plan, plan.caller_utterances, CALLER, CALLER_ROOM)
    agent = _channel(plan, plan.agent_utterances, AGENT, AGENT_ROOM)
    return _encoded(np.stack((caller, agent), axis=1))


def _channel(plan: Plan, utterances: list[Utterance], voice: Voice, room: float) -> NDArray[np.int16]:
    start_ns = plan.at.recording_ns
    random = np.random.default_rng(int(voice.pitch_hz))
    channel = _room_noise((plan.at.closed_ns - start_ns) // NS_PER_MS * SAMPLES_PER_MS, room, random)
    for utterance in utterances:
        length_ms = (utterance.end_ns - utterance.start_ns) // NS_PER_MS
        first = (utterance.start_ns - start_ns) // NS_PER_MS * SAMPLES_PER_MS
        channel[first : first + length_ms * SAMPLES_PER_MS] += babble(
            utterance.speech, length_ms, voice, random
        )
    return (np.clip(channel, -0.98, 0.98) * np.iinfo(np.int16).max).astype(np.int16)


def _room_noise(samples: int, level: float, random: np.random.Generator) -> NDArray[np.float32]:
    """Rumble rather than hiss."""
    white = random.standard_normal(samples + 15, dtype=np.float32)
    return np.convolve(white, np.full(16, level / 4, np.float32), mode="valid")


def _encoded(samples: NDArray[np.int16]) -> bytes:
    file = BytesIO()
    with av.open(file, "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=OPUS_RATE, layout="stereo")
        stream.bit_rate = OPUS_BIT_RATE
        stream.codec_context.options = {"compression_level": "3", "flags": "+bitexact"}
        for first in range(0, len(samples), RATE):
            container.mux(stream.encode(_frame(samples[first : first + RATE], first)))
        container.mux(stream.encode(None))
    return file.getvalue()


def _frame(samples: NDArray[np.int16], first: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="stereo")
    frame.sample_rate = RATE
    frame.pts = first
    return frame
