"""What a worker makes of a recording that was kept: peaks for the page, and who speaks when."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from observability.limits import MAX_RECORDING_DECODED_S
from observability.models import Recording, Session, Waveform
from observability.recordings import files, waveform_files
from observability.recordings.peaks_shape import Shape

if TYPE_CHECKING:
    from observability.recordings.speech import Speech

VERSION = 1
"""Of the analysis. Raise it when peaks or speech come out differently; jobs then make them anew."""


@dataclass(frozen=True, slots=True)
class Analysis:
    shape: Shape | None = None
    peaks: bytes = b""
    speech: "Speech | None" = None
    problem: str = ""
    """One sentence: why there is none of it, or why not of the whole file; "" if all is well."""


def analyse_recording(recording_id: int) -> Waveform | None:
    """Store the recording's peaks and note its speech; None if it is gone, or went meanwhile.

    Harmless to run twice. Raises MissingFile or StorageFailed, after which it may be tried again.
    """
    recording = Recording.objects.select_related("session", "waveform").filter(pk=recording_id).first()
    if recording is None:
        return None
    made: Waveform | None = getattr(recording, "waveform", None)
    if made is not None and made.version == VERSION:
        return made
    with files.local_copy(recording) as path:
        try:
            analysis = analysis_of(path)
        except FileNotFoundError as fault:
            # It was moved to storage at this moment; the next attempt finds it there.
            raise files.MissingFile(recording.name) from fault
    name = waveform_files.keep(recording, analysis.peaks) if analysis.shape else ""
    return _record(recording, analysis, name)


def analysis_of(path: Path, *, max_decoded_s: int = MAX_RECORDING_DECODED_S) -> Analysis:
    """Decodes once, from beginning to end; memory grows by 17 bytes for each 10 ms and by nothing else."""
    from observability.recordings.peaks import Reducer, encoded
    from observability.recordings.peaks_decoding import SoundFile
    from observability.recordings.speech import speech_of

    sound = SoundFile(path, max_decoded_s=max_decoded_s)
    reducer: Reducer | None = None
    for piece in sound.pieces():
        if reducer is None:
            reducer = Reducer(Shape(sound.channels, sound.sample_rate_hz, 0).samples_per_bucket)
        reducer.add(piece)
    if reducer is None:
        return Analysis(problem=sound.problem)
    finest, loudness = reducer.finish()
    shape = Shape(sound.channels, sound.sample_rate_hz, sound.sample_count)
    speech = speech_of(loudness, bucket_ms=shape.bucket_ms)
    return Analysis(shape, encoded(finest, shape), speech, sound.problem)


def shape_of(waveform: Waveform) -> Shape:
    return Shape(waveform.channels, waveform.sample_rate_hz, waveform.sample_count)


def _record(recording: Recording, analysis: Analysis, name: str) -> Waveform | None:
    """The recording's row is held, so that a deletion comes before, and the peaks go, or after, and finds them."""
    shape = analysis.shape or Shape(0, 0, 0)
    with transaction.atomic():
        held = Recording.objects.select_for_update().filter(pk=recording.pk).first()
        if held is None:
            waveform_files.delete(recording)
            return None
        if analysis.problem and not held.problem:
            Recording.objects.filter(pk=held.pk).update(problem=analysis.problem[:200])
            Session.objects.filter(pk=held.session_id).update(has_news=True)
        waveform, _ = Waveform.objects.update_or_create(
            recording_id=recording.pk,
            defaults={
                "version": VERSION,
                "name": name,
                "channels": shape.channels,
                "sample_rate_hz": shape.sample_rate_hz,
                "sample_count": shape.sample_count,
                "speech": asdict(analysis.speech) if analysis.speech else {},
                "problem": analysis.problem[:200],
            },
        )
    return waveform
