"""Minimum and maximum of each 10 ms of a recording, and how loud they are; in a worker, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from observability.recordings.peaks_shape import COARSEST_BUCKETS, Shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from observability.recordings.peaks_decoding import Samples

    Buckets = NDArray[np.int8]
    """buckets × channels × (minimum, maximum)"""
    Loudness = NDArray[np.float32]
    """channels × buckets, in dB of full scale; a constant offset is no sound."""

FULL_SCALE = 127
SILENCE_DB = -120.0


@dataclass(slots=True)
class Reducer:
    """Takes samples in pieces of any length; a bucket that spans two of them waits for the second."""

    samples_per_bucket: int
    _peaks: list[Buckets] = field(default_factory=list)
    _loudness: list[Loudness] = field(default_factory=list)
    _rest: Samples | None = None

    def add(self, samples: Samples) -> None:
        import numpy as np

        if self._rest is not None:
            samples = np.concatenate((self._rest, samples), axis=1)
        whole = samples.shape[1] // self.samples_per_bucket * self.samples_per_bucket
        self._reduce(samples[:, :whole], self.samples_per_bucket)
        self._rest = samples[:, whole:].copy()

    def finish(self) -> tuple[Buckets, Loudness]:
        """Once, after samples: the finest level, the last bucket of which may be shorter than the others."""
        import numpy as np

        if self._rest is not None and self._rest.shape[1]:
            self._reduce(self._rest, self._rest.shape[1])
            self._rest = None
        finest, loudness = np.concatenate(self._peaks), np.concatenate(self._loudness, axis=1)
        self._peaks, self._loudness = [], []
        return finest, loudness

    def _reduce(self, samples: Samples, size: int) -> None:
        if samples.shape[1]:
            buckets = samples.reshape(len(samples), -1, size)
            self._peaks.append(extremes_of(buckets))
            self._loudness.append(loudness_of(buckets))


def extremes_of(buckets: NDArray[np.float32]) -> Buckets:
    """Of channels × buckets × samples. What is beyond full scale is clipped, as players clip it."""
    import numpy as np

    extremes = np.stack((buckets.min(axis=2), buckets.max(axis=2)), axis=2)
    scaled = np.nan_to_num(np.clip(extremes, -1, 1)) * FULL_SCALE
    return np.asarray(np.rint(scaled), np.int8).transpose(1, 0, 2)


def loudness_of(buckets: NDArray[np.float32]) -> Loudness:
    import numpy as np

    size = buckets.shape[2]
    power = np.einsum("cbs,cbs->cb", buckets, buckets) / size - buckets.mean(axis=2) ** 2
    audible = np.nan_to_num(power, posinf=1.0).clip(10 ** (SILENCE_DB / 10), 1e6)
    return np.asarray(10 * np.log10(audible), np.float32)


def levels_of(finest: Buckets) -> list[Buckets]:
    """Each half as fine as the one before, down to one that fits a minimap."""
    levels = [finest]
    while len(levels[-1]) > COARSEST_BUCKETS:
        levels.append(coarser(levels[-1]))
    return levels


def coarser(level: Buckets) -> Buckets:
    import numpy as np

    if len(level) % 2:
        level = np.concatenate((level, level[-1:]))
    pairs = level.reshape(-1, 2, *level.shape[1:])
    return np.stack((pairs[..., 0].min(axis=1), pairs[..., 1].max(axis=1)), axis=2)


def encoded(finest: Buckets, shape: Shape) -> bytes:
    """The stored object: all levels, finest first (docs/peaks.md)."""
    content = b"".join(level.tobytes() for level in levels_of(finest))
    assert len(content) == shape.size_bytes
    return content
