"""Measures a recording, in a worker. PyAV is imported when that begins: no web process needs its memory."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import Q

from observability.limits import MAX_RECORDING_DECODED_S
from observability.models import Recording, Session
from observability.recordings import files

MAX_BAD_PACKETS = 1000
"""Some are lost in any stream; a file with more is noise, and each costs time."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What a file really holds, whatever its header and its last granule claim."""

    duration_ms: int = 0
    channels: int | None = None
    codec: str = ""
    sample_rate_hz: int | None = None
    problem: str = ""
    """Why it cannot be played, or not as a whole; "" if it can."""


def inspect_recording(recording_id: int) -> Sound | None:
    """Measure the recording and write duration, channels and problem on its row. None if it is gone.

    Harmless to run twice. Raises MissingFile or StorageFailed, after which it may be tried again.
    """
    recording = Recording.objects.select_related("session").filter(pk=recording_id).first()
    if recording is None:
        return None
    with files.local_copy(recording) as path:
        sound = inspect_file(path)
    Recording.objects.filter(pk=recording_id).update(
        duration_ms=sound.duration_ms if sound.channels else None,
        channels=sound.channels or 0,
        problem=(sound.problem or recording.problem)[:200],
    )
    if sound.problem:
        Session.objects.filter(pk=recording.session_id).update(has_news=True)
    if recording.start_ns and sound.channels:
        _end_with_audio(recording.session_id, recording.start_ns + sound.duration_ms * 1_000_000)
    return sound


def _end_with_audio(session_id: int, ended_ns: int) -> None:
    """Of a session that nothing but its recording has ended: not before the audio does (docs/contract.md §12.3)."""
    session = Session.objects.filter(pk=session_id, end_signal="recording")
    session.filter(Q(ended_ns=None) | Q(ended_ns__lt=ended_ns)).update(ended_ns=ended_ns, has_news=True)


def inspect_file(path: Path, *, max_decoded_s: int = MAX_RECORDING_DECODED_S) -> Sound:
    """Decode the file from beginning to end, a packet at a time: nothing less tells how long it is.

    The bytes are anybody's. The container is never guessed from a name or led to another file or address.
    """
    import av

    try:
        with av.open(str(path), format="ogg", options={"protocol_whitelist": "file"}) as container:
            if not container.streams.audio:
                return Sound(problem="The file holds no audio.")
            return _decoded(container, max_decoded_s)
    except (av.FFmpegError, ValueError) as fault:
        return Sound(problem=f"The file is no Ogg audio ({type(fault).__name__}).")


def _decoded(container: Any, max_decoded_s: int) -> Sound:
    stream = container.streams.audio[0]
    codec, channels, rate_hz = (
        stream.codec_context.name,
        stream.codec_context.channels,
        stream.codec_context.sample_rate,
    )
    seconds, bad_packets = 0.0, 0
    for packet in container.demux(stream):
        lengths_s = _lengths_of(packet)
        bad_packets += lengths_s is None
        seconds += sum(lengths_s or ())
        if seconds > max_decoded_s or bad_packets > MAX_BAD_PACKETS:
            break
    return Sound(
        duration_ms=round(min(seconds, max_decoded_s) * 1000),
        channels=channels if seconds else None,
        codec=codec,
        sample_rate_hz=rate_hz,
        problem=_problem(seconds, bad_packets, max_decoded_s),
    )


def _lengths_of(packet: Any) -> list[float] | None:
    """How long each of the packet's frames sounds; None if it cannot be decoded."""
    import av

    try:
        return [frame.samples / frame.sample_rate for frame in packet.decode()]
    except av.FFmpegError:
        return None


def _problem(seconds: float, bad_packets: int, max_decoded_s: int) -> str:
    if not seconds:
        return "The file holds no audio that can be decoded."
    if seconds > max_decoded_s:
        return f"The recording is longer than {timedelta(seconds=max_decoded_s)}; the rest was not looked at."
    return f"{bad_packets} damaged pieces were left out." if bad_packets else ""
