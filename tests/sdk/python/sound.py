"""What the caller speaks into and the agent speaks through: real samples in real time, no device."""

import asyncio
import time

import numpy as np
from livekit import rtc
from livekit.agents import utils
from livekit.agents.voice import io

MICROPHONE_HZ = 16_000
LOUDSPEAKER_HZ = 24_000
FRAME_S = 0.02
CALLER_PITCH_HZ = 120
SECONDS_PER_WORD = 0.18
LOUD = 300  # root mean square of int16 samples; the room's noise stays below 20


def voice(text: str, *, rate_hz: int, pitch_hz: float) -> np.ndarray:
    """A hum at one pitch that swells with each word: not speech, but seen and heard as somebody speaking."""
    times = np.arange(int(len(text.split()) * SECONDS_PER_WORD * rate_hz)) / rate_hz
    hum = sum(np.sin(2 * np.pi * pitch_hz * n * times) / n for n in (1, 2, 3))
    swell = 0.3 + 0.7 * np.abs(np.sin(np.pi * times / SECONDS_PER_WORD))
    return (5000 * hum * swell).astype(np.int16)


def is_loud(frame: rtc.AudioFrame) -> bool:
    samples = np.frombuffer(frame.data, np.int16).astype(np.float32)
    return bool(np.sqrt(np.mean(samples**2)) > LOUD)


class Microphone(io.AudioInput):
    """Always on: frames in real time, room noise or the caller's words."""

    def __init__(self) -> None:
        super().__init__(label="microphone")
        self.words = ""
        self._frames = utils.aio.Chan[rtc.AudioFrame]()
        self._unsaid = np.zeros(0, np.int16)
        self._said = asyncio.Event()
        self._noise = np.random.default_rng(1)

    async def say(self, words: str) -> None:
        self.words, self._unsaid = words, voice(words, rate_hz=MICROPHONE_HZ, pitch_hz=CALLER_PITCH_HZ)
        self._said.clear()
        await self._said.wait()

    async def stay_on(self) -> None:
        next_frame_at = time.perf_counter()
        while True:
            self._frames.send_nowait(self._next_frame())
            next_frame_at += FRAME_S
            await asyncio.sleep(next_frame_at - time.perf_counter())

    def _next_frame(self) -> rtc.AudioFrame:
        samples = self._noise.integers(-25, 26, int(MICROPHONE_HZ * FRAME_S)).astype(np.int16)
        spoken, self._unsaid = self._unsaid[: len(samples)], self._unsaid[len(samples) :]
        samples[: len(spoken)] += spoken
        if not len(self._unsaid):
            self._said.set()
        return rtc.AudioFrame(samples.tobytes(), MICROPHONE_HZ, 1, len(samples))

    async def __anext__(self) -> rtc.AudioFrame:
        return await self._frames.__anext__()


class Loudspeaker(io.AudioOutput):
    """Takes audio as fast as it comes, plays it in real time, and can be cut off."""

    def __init__(self) -> None:
        no_pause = io.AudioOutputCapabilities(pause=False)
        super().__init__(label="loudspeaker", capabilities=no_pause, sample_rate=LOUDSPEAKER_HZ)
        self._queued_s = self._started_at = 0.0
        self._end: asyncio.TimerHandle | None = None

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self._queued_s:
            self._started_at = time.time()
            self.on_playback_started(created_at=self._started_at)
        self._queued_s += frame.duration

    def flush(self) -> None:
        super().flush()
        if self._queued_s:
            left_s = self._started_at + self._queued_s - time.time()
            self._end = asyncio.get_running_loop().call_later(max(0.0, left_s), self._finish, False)

    def clear_buffer(self) -> None:
        if self._queued_s:
            self._finish(interrupted=True)

    def _finish(self, interrupted: bool) -> None:
        if self._end:
            self._end.cancel()
        played_s = min(self._queued_s, time.time() - self._started_at) if interrupted else self._queued_s
        self._queued_s, self._end = 0.0, None
        self.on_playback_finished(playback_position=played_s, interrupted=interrupted)


class Captions(io.TextOutput):
    """Nobody reads them; the SDK wants a place to send the words it has synchronised with the audio."""

    def __init__(self) -> None:
        super().__init__(label="captions", next_in_chain=None)

    async def capture_text(self, text: str) -> None:
        pass

    def flush(self) -> None:
        pass
