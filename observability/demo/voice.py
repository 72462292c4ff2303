"""Babble with the rhythm of real words: a buzzing source, three gliding formants, hiss for the consonants."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from observability.demo.speech import Speech

RATE = 16_000
FRAME, HOP = 512, 256
"""32 ms frames, half overlapping: short against a syllable, long against a formant's ringing."""
EDGE_MS = 10
BUZZ_CENTRE = 1 / 12
"""Mean of the pulse x²(1-x) over one period."""

VOWELS = {
    "a": (730, 1150, 2500),
    "e": (530, 1840, 2480),
    "i": (330, 2200, 2900),
    "o": (540, 880, 2410),
    "u": (350, 950, 2240),
    "y": (310, 2100, 2800),
}
"""Formants of a grown man's vowels, in Hz."""
BANDWIDTHS_HZ = (110.0, 140.0, 190.0)
FORMANT_LEVELS = (1.0, 0.5, 0.22)

Signal = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Voice:
    pitch_hz: float
    vibrato_hz: float
    throat: float
    """Formants relative to `VOWELS`: above 1 for a shorter throat."""
    breath: float
    loudness: float
    """Root mean square while speaking, of full scale."""


def babble(speech: Speech, length_ms: int, voice: Voice, random: np.random.Generator) -> Signal:
    """Exactly `length_ms` of the speech; less than all of it is cut off with a short fade."""
    whole_ms = max(speech.length_ms, length_ms)
    samples = whole_ms * RATE // 1000
    time_ms = np.arange(samples, dtype=np.float32) * np.float32(1000 / RATE)
    noise = random.standard_normal(samples, dtype=np.float32)
    sound = _filtered(_buzz(speech, time_ms, voice) + voice.breath * noise, _formants(speech, samples, voice))
    sound = _evened(sound)
    sound *= _loudness(speech, time_ms, random)
    sound /= max(float(np.sqrt(np.mean(sound**2))), 1e-6)
    sound += _hiss(speech, time_ms, noise)
    return _cut(sound * np.float32(voice.loudness), length_ms)


def _centres(speech: Speech) -> NDArray[np.float32]:
    return np.array([one.start_ms + one.length_ms / 2 for one in speech.syllables], np.float32)


def _buzz(speech: Speech, time_ms: Signal, voice: Voice) -> Signal:
    """Glottal pulses, at a pitch that sinks through the sentence, lifts on stress and bends at the end."""
    centres = _centres(speech)
    stress = np.array([one.stress for one in speech.syllables])
    contour = 1.1 - 0.17 * centres / speech.length_ms + 0.09 * (stress - 0.6)
    contour[-1] *= 1.2 if speech.text.endswith("?") else 0.86
    wobble = 1 + 0.012 * np.sin(2 * np.pi * voice.vibrato_hz * time_ms / 1000)
    pitch = np.interp(time_ms, centres, contour) * wobble * voice.pitch_hz
    phase = np.cumsum(pitch / RATE) % 1.0
    return (phase**2 * (1 - phase) - BUZZ_CENTRE).astype(np.float32)


def _formants(speech: Speech, samples: int, voice: Voice) -> NDArray[np.float32]:
    """The throat's response for each frame: frames × frequencies."""
    frame_ms = (np.arange(samples // HOP + 2) * HOP - FRAME / 2) * 1000 / RATE
    tables = np.array([VOWELS[one.vowel] for one in speech.syllables], np.float32) * voice.throat
    frequencies = np.fft.rfftfreq(FRAME, 1 / RATE).astype(np.float32)
    response = np.zeros((len(frame_ms), len(frequencies)), np.float32)
    for place, (width, level) in enumerate(zip(BANDWIDTHS_HZ, FORMANT_LEVELS, strict=True)):
        formant = np.interp(frame_ms, _centres(speech), tables[:, place]).astype(np.float32)
        response += level / (1 + ((frequencies - formant[:, None]) / width) ** 2)
    return response + 0.01


def _filtered(source: Signal, response: NDArray[np.float32]) -> Signal:
    """Overlap-add: each frame of the source through its own filter."""
    window = np.sin(np.pi * (np.arange(FRAME, dtype=np.float32) + 0.5) / FRAME)
    padded = np.zeros((len(response) + 1) * HOP, np.float32)
    padded[HOP : HOP + len(source)] = source
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP] * window
    frames = np.fft.irfft(np.fft.rfft(frames) * response).astype(np.float32) * window
    result: Signal = np.zeros_like(padded)
    result[:-HOP] += frames[:, :HOP].reshape(-1)
    result[HOP:] += frames[:, HOP:].reshape(-1)
    return np.asarray(result[HOP : HOP + len(source)], np.float32)


def _evened(sound: Signal) -> Signal:
    """Vowels brought nearer to one another: some resound ten times louder than others."""
    power = np.convolve(sound**2, np.hanning(FRAME * 3), mode="same")
    return np.asarray(sound / (power / power.mean() + 0.01) ** 0.32, np.float32)


def _loudness(speech: Speech, time_ms: Signal, random: np.random.Generator) -> Signal:
    """One swell a syllable, softer on small words, and silence where there is none."""
    points: list[tuple[float, float]] = []
    word = -1
    for one in speech.syllables:
        peak = (0.45 + 0.55 * one.stress) * random.uniform(0.75, 1.1)
        begin = 0.34 if one.word == word else 0.06
        shape = ((0.0, begin), (0.2, 0.9), (0.45, 1.0), (0.75, 0.7), (0.98, 0.34), (1.0, 0.0))
        points += [(one.start_ms + part * one.length_ms, height * peak) for part, height in shape]
        word = one.word
    at_ms, heights = np.array(points).T
    return np.asarray(np.interp(time_ms, at_ms, heights), np.float32)


def _hiss(speech: Speech, time_ms: Signal, noise: Signal) -> Signal:
    """High noise at the beginning of syllables that begin with a hissing consonant."""
    bursts = np.zeros_like(time_ms)
    for one in speech.syllables:
        if one.hiss:
            first, length = one.start_ms * RATE // 1000, min(one.length_ms, 95) * RATE // 1000
            bursts[first : first + length] = 0.3 * one.hiss * np.hanning(length)
    return np.asarray(bursts * (noise - np.roll(noise, 1)) / 2, np.float32)


def _cut(sound: Signal, length_ms: int) -> Signal:
    samples, edge = length_ms * RATE // 1000, EDGE_MS * RATE // 1000
    sound = sound[:samples].copy()
    sound[:edge] *= np.linspace(0, 1, edge, dtype=np.float32)
    sound[-edge:] *= np.linspace(1, 0, edge, dtype=np.float32)
    return sound
