"""Who speaks when, from loudness alone: docs/decisions/0005-speech-activity.md says why and how well. In a worker.

A bucket is speech where it stands out from the noise floor around it. Floors are followed on both sides of a
moment, so that noise which sets in or goes is no speech; and the agent's echo in the user's channel is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from observability.recordings.peaks import Loudness

    Channel = NDArray[np.float32]
    """Loudness of one channel's buckets of 10 ms, in dB of full scale."""

QUIETEST_DB = -58.0
"""Nobody hears what is softer; the comfort noise of codecs and lines lies at -65."""
ABOVE_FLOOR_DB = 12.0
LEAST_ABOVE_FLOOR_DB = 6.0
"""In loud noise, where speech itself is hardly 12 dB louder."""
BELOW_LOUDEST_DB = 10.0
EDGE_DB = 3.0
"""How much softer the beginning and the end of a stretch may be than what makes it speech."""
ECHO_DB = 20.0
"""Echo of the agent comes back at least this much softer; a user who talks over the agent does not."""
ECHO_BUCKETS = 25
"""A quarter of a second: the way to the user and back."""

FLOOR_BLOCK = 50
FLOOR_RANK = 10
"""The floor of half a second is what a tenth of a second of it stays below: a pause between two words."""
FLOOR_BLOCKS = 30
"""The floor at a moment is the lowest of 15 s: nobody speaks for longer without any pause."""
EDGE_BLOCKS = 12
"""At beginning and end of the file there is less to look at, but at least 6 s."""
SILENT_FLOOR_DB = -90.0

CLOSED_GAP = 40
"""Pauses of less than 0.4 s belong to the stretch: SDKs tell pauses of about half a second apart."""
SHORTEST = 8
"""80 ms: clicks are shorter, "no" is not."""
LOUD_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Speech:
    """Stretches in milliseconds of the file, from beginning to end, never overlapping."""

    user: tuple[tuple[int, int], ...] = ()
    agent: tuple[tuple[int, int], ...] | None = ()
    """None if the file has one channel only, in which nobody can be told from anybody."""


def speech_of(loudness: Loudness, *, bucket_ms: float) -> Speech:
    """Left is the user, right the agent (docs/contract.md §10)."""
    if len(loudness) < 2:
        return Speech(stretches_of(loudness[0], bucket_ms=bucket_ms), None)
    user, agent = loudness[0], loudness[1]
    return Speech(
        stretches_of(user, bucket_ms=bucket_ms, echo_of=agent), stretches_of(agent, bucket_ms=bucket_ms)
    )


def stretches_of(
    channel: Channel, *, bucket_ms: float, echo_of: Channel | None = None
) -> tuple[tuple[int, int], ...]:
    import numpy as np

    if not len(channel):
        return ()
    threshold = threshold_of(channel)
    if echo_of is not None:
        threshold = np.maximum(threshold, _echo_of(echo_of))
    runs = _runs(channel > threshold - EDGE_DB)
    loud = np.flatnonzero(channel > threshold)
    counts = np.diff(np.searchsorted(loud, runs), axis=1)
    speech = [(int(first), int(end)) for first, end in runs[counts[:, 0] >= LOUD_ENOUGH]]
    return tuple(
        (round(first * bucket_ms), round(end * bucket_ms))
        for first, end in _joined(speech)
        if end - first >= SHORTEST
    )


def threshold_of(channel: Channel) -> Channel:
    """What a bucket must exceed to be speech."""
    import numpy as np

    floor = floor_of(channel)
    loudest = float(np.percentile(channel, 99))
    above = np.minimum(
        floor + ABOVE_FLOOR_DB, np.maximum(floor + LEAST_ABOVE_FLOOR_DB, loudest - BELOW_LOUDEST_DB)
    )
    threshold: Channel = np.maximum(above, np.float32(QUIETEST_DB))
    return threshold


def floor_of(channel: Channel) -> Channel:
    """The higher of the floors before and after each moment, both of which count at a border of noise."""
    import numpy as np

    blocks = -(-len(channel) // FLOOR_BLOCK)
    padded = np.pad(channel, (0, blocks * FLOOR_BLOCK - len(channel)), mode="edge")
    ranked = np.partition(padded.reshape(blocks, FLOOR_BLOCK), FLOOR_RANK, axis=1)[:, FLOOR_RANK]
    floors = np.maximum(ranked, SILENT_FLOOR_DB)
    both = np.maximum(_lowest_after(floors), _lowest_after(floors[::-1])[::-1])
    floor: Channel = np.repeat(both, FLOOR_BLOCK)[: len(channel)]
    return floor


def _lowest_after(floors: Channel) -> Channel:
    import numpy as np

    padded = np.concatenate((floors, np.full(FLOOR_BLOCKS - 1, np.inf, np.float32)))
    lowest: Channel = _windows(padded, FLOOR_BLOCKS).min(axis=1)
    lowest[-EDGE_BLOCKS:] = floors[-EDGE_BLOCKS:].min()
    return lowest


def _echo_of(agent: Channel) -> Channel:
    """How loud the agent's echo may be at each moment."""
    import numpy as np

    latest = _windows(np.pad(agent, (ECHO_BUCKETS, 2), mode="edge"), ECHO_BUCKETS + 3)
    echo: Channel = latest.max(axis=1) - ECHO_DB
    return echo


def _windows(values: Channel, size: int) -> NDArray[np.float32]:
    import numpy as np

    return np.lib.stride_tricks.sliding_window_view(values, size)


def _runs(is_on: NDArray[np.bool_]) -> NDArray[np.intp]:
    """First and end of each."""
    import numpy as np

    return np.flatnonzero(np.diff(is_on, prepend=False, append=False)).reshape(-1, 2)


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, end in runs:
        if joined and first - joined[-1][1] < CLOSED_GAP:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((first, end))
    return joined
