"""A copy of a recording in AAC, for browsers that do not play Ogg (Safari before 18.4). Made when one first asks.

The original stays what it is; the copy has its length and its time 0, and goes with it.
"""

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from observability.models import Recording
from observability.recordings import files, spool

if TYPE_CHECKING:
    import av
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

KIND = "convert-recording"
BITS_A_SECOND = 96_000
SAMPLE_RATE_HZ = 48_000
FRAME_SAMPLES = 1024
"""What an AAC frame holds."""


class CannotConvert(Exception):
    """There is no sound in the file that could be copied."""


def convert_recording(recording_id: int) -> None:
    """For the Job. May run twice. Raises CannotConvert, MissingFile or StorageFailed."""
    recording = Recording.objects.select_related("session").filter(pk=recording_id, copy_bytes=None).first()
    if recording is None:
        return
    with spool.passing_file(".m4a") as copy, files.local_copy(recording) as original:
        write_copy(original, copy)
        with copy.open("rb") as written:
            os.fsync(written.fileno())
        size_bytes = copy.stat().st_size
        files.keep_copy(recording, copy)
    note(recording, size_bytes)


@transaction.atomic
def note(recording: Recording, size_bytes: int) -> None:
    """The row is held, so that a deletion comes before, and the copy goes, or after, and finds it."""
    if Recording.objects.select_for_update().filter(pk=recording.pk).exists():
        Recording.objects.filter(pk=recording.pk).update(copy_bytes=size_bytes)
    else:
        files.delete_copy(recording)


def write_copy(original: Path, copy: Path) -> None:
    """Decodes and encodes a second at a time; the index stands at the beginning, so that playing starts at once."""
    import av

    from observability.recordings.peaks_decoding import SoundFile

    sound = SoundFile(original)
    pieces = sound.pieces()
    first = next(pieces, None)
    if first is None:
        raise CannotConvert(sound.problem)
    with av.open(str(copy), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("aac", rate=SAMPLE_RATE_HZ, layout=layout_of(sound.channels))
        stream.bit_rate = BITS_A_SECOND
        for frame in frames_of(chained(first, pieces), sound.sample_rate_hz, layout_of(sound.channels)):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def layout_of(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"


def chained(first: "Samples", rest: Iterator["Samples"]) -> Iterator["Samples"]:
    yield first
    yield from rest


def frames_of(pieces: Iterator["Samples"], rate_hz: int, layout: str) -> Iterator["av.AudioFrame"]:
    """As the encoder takes them: its own rate, so many samples each."""
    import av
    import numpy as np

    resampler = av.AudioResampler(format="fltp", layout=layout, rate=SAMPLE_RATE_HZ, frame_size=FRAME_SAMPLES)
    at = 0
    for samples in pieces:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, at, Fraction(1, rate_hz)
        at += samples.shape[1]
        yield from resampler.resample(frame)
    yield from resampler.resample(None)
