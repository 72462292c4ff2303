"""Reads a recording upload (docs/contract.md §9) as a stream: small parts to memory, audio to the spool.

Each part is judged by itself. What was wrong with one is a sentence in `problems`; the others are unharmed.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import SuspiciousOperation

from observability.limits import MAX_RECORDING_BYTES
from observability.recordings.multipart import CHUNK_BYTES, Body, MalformedForm, Multipart
from observability.recordings.parts import FormTooLarge, PartLimits, Parts, SpooledPart

__all__ = ["FormTooLarge", "MalformedForm", "PartLimits", "RecordingForm", "SpooledPart", "read_form"]


@dataclass(frozen=True, slots=True)
class RecordingForm:
    """The parts that arrived whole. A part is None if it was not sent, or not whole: `problems` tells."""

    header: SpooledPart | None
    chat_history: SpooledPart | None
    audio: SpooledPart | None
    """Whole, or as much of it as came: then `audio.problem` says so."""
    problems: dict[str, str] = field(default_factory=dict)
    """What is wrong, one sentence by name of the part."""
    dropped: int = 0
    """Parts that came and are none of the three above."""
    is_cut_short: bool = False
    """The body broke off after its first boundary. The sender, if still there, does well to send it again."""


@contextmanager
def read_form(
    body: Body,
    *,
    content_type: str,
    spool_dir: Path,
    max_bytes: int = MAX_RECORDING_BYTES,
    limits: PartLimits | None = None,
) -> Iterator[RecordingForm]:
    """Read the whole body. Raises MalformedForm, FormTooLarge, or OSError if the spool cannot be written.

    When the context ends, what was spooled is removed, unless it has been moved away.
    """
    spool_dir.mkdir(parents=True, exist_ok=True)
    parts = Parts(spool_dir=spool_dir, limits=limits or PartLimits())
    try:
        _receive(Multipart(_Bounded(body, max_bytes=max_bytes), content_type), parts)
        yield RecordingForm(
            header=parts.arrived.get("header"),
            chat_history=parts.arrived.get("chat_history"),
            audio=parts.arrived.get("audio"),
            problems=parts.problems,
            dropped=parts.dropped,
            is_cut_short=parts.is_cut_short,
        )
    finally:
        parts.remove()


def _receive(multipart: Multipart, parts: Parts) -> None:
    """A part is whole once the next boundary has come."""
    # Django's reader of boundaries may get stuck: what it has found by then is all there is.
    with suppress(SuspiciousOperation):
        for sent in multipart:
            parts.finish(is_whole=True)
            parts.receive(sent)
    if multipart.has_begun and not multipart.is_closed:
        parts.break_off()
        return
    parts.finish(is_whole=True)
    if not parts.has_known:
        raise MalformedForm("The form has no part named header, chat_history or audio.")


class _Bounded:
    """A body of which no more than `max_bytes` are read, and which ends where its sender hangs up."""

    def __init__(self, body: Body, *, max_bytes: int) -> None:
        self._body = body
        self._max_bytes = max_bytes
        self._read_bytes = 0

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        try:
            chunk = self._body.read(size)
        except OSError:
            return b""
        self._read_bytes += len(chunk)
        if self._read_bytes > self._max_bytes:
            raise FormTooLarge(f"The recording exceeds {self._max_bytes} bytes (MAX_RECORDING_BYTES).")
        return chunk
