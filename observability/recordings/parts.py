"""Puts each part of a recording upload where it belongs: small ones in memory, audio on the disk."""

import hashlib
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from observability.limits import MAX_CHAT_HISTORY_BYTES, MAX_RECORDING_HEADER_BYTES, MAX_RECORDING_PARTS
from observability.recordings.kinds import suffix_of
from observability.recordings.multipart import SentPart, Undecodable

IN_MEMORY_BYTES = 1024 * 1024
"""A longer part is read into a file first, so that many slow uploads at once cost no memory."""


HEAD_BYTES = 16
"""Enough to tell the kind of a file by."""

ORDER = ("header", "chat_history", "audio")
"""In which SDKs send them."""


class FormTooLarge(Exception):
    """The body exceeds a limit; the message names it."""


@dataclass(frozen=True, slots=True)
class PartLimits:
    parts: int = MAX_RECORDING_PARTS
    header_bytes: int = MAX_RECORDING_HEADER_BYTES
    chat_history_bytes: int = MAX_CHAT_HISTORY_BYTES

    def of(self, name: str) -> int | None:
        """How many bytes of the part are kept; None for audio, which only the whole body's limit bounds."""
        return {"header": self.header_bytes, "chat_history": self.chat_history_bytes, "audio": None}.get(
            name, 0
        )


@dataclass(frozen=True, slots=True)
class SpooledPart:
    """What came of one part."""

    size_bytes: int
    sha256: str
    file: IO[bytes]
    path: Path | None = None
    """Of audio: its file, written and synced."""
    suffix: str = ""
    """Of audio: its kind (`kinds`)."""
    problem: str = ""
    """Of audio: why this may not be all of it."""

    def content(self) -> bytes:
        """Only for header and chat history, which are bounded."""
        self.file.seek(0)
        return self.file.read()


class Parts:
    """`arrived` and `problems` are what it leaves."""

    def __init__(self, *, spool_dir: Path, limits: PartLimits) -> None:
        self.arrived: dict[str, SpooledPart] = {}
        self.problems: dict[str, str] = {}
        self.is_cut_short = False
        self.has_known = False
        self._spool_dir = spool_dir
        self._limits = limits
        self._begun: list[_Part] = []
        self._part: _Part | None = None

    @property
    def dropped(self) -> int:
        return len(self._begun) - len(self.arrived)

    def receive(self, sent: SentPart) -> None:
        """Its bytes; `finish` says whether these are all."""
        if len(self._begun) >= self._limits.parts:
            raise FormTooLarge(f"The form has more than {self._limits.parts} parts (MAX_RECORDING_PARTS).")
        part = _Part(sent.name, self._file_for(sent.name), self._limits.of(sent.name), sent.promised_bytes)
        self._begun.append(part)
        self._part = part
        try:
            for chunk in sent.chunks:
                part.write(chunk)
        except Undecodable as fault:
            part.fault = f"{part.name} cannot be decoded ({fault})."

    def finish(self, *, is_whole: bool) -> None:
        part, self._part = self._part, None
        if part is None:
            return
        is_known = self._limits.of(part.name) != 0
        self.has_known |= is_known
        if not part.name:
            if is_whole:
                self.problems[""] = "A part has no name that can be read."
        elif not is_known:
            self.problems[part.name[:40]] = "Playhead knows no such part."
        elif part.name in self.arrived:
            self.problems[part.name] = f"There is more than one part {part.name}; the first one counts."
        else:
            self._keep(part, part.problem(is_whole=is_whole))

    def break_off(self) -> None:
        """The body ended, or could not be read further, before its closing boundary."""
        self.is_cut_short = True
        self.finish(is_whole=False)
        begun = [ORDER.index(part.name) for part in self._begun if part.name in ORDER]
        for name in ORDER[max(begun, default=-1) + 1 :]:
            self.problems[name] = f"The upload broke off before {name}."

    def remove(self) -> None:
        for part in self._begun:
            part.remove()

    def _file_for(self, name: str) -> IO[bytes]:
        if name == "audio":
            return open(self._spool_dir / f"{uuid.uuid4().hex}.part", "xb")
        return SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(self._spool_dir))

    def _keep(self, part: "_Part", problem: str) -> None:
        if problem:
            self.problems[part.name] = problem
        if part.name == "audio" and part.size_bytes:
            self.arrived["audio"] = part.synced(problem)
        elif not problem:
            self.arrived[part.name] = SpooledPart(part.size_bytes, part.sha256, part.file)


class _Part:
    """A part on its way to a file, hashed as it comes."""

    def __init__(self, name: str, file: IO[bytes], max_bytes: int | None, promised_bytes: int | None) -> None:
        self.name = name
        self.file = file
        self.size_bytes = 0
        self.fault = ""
        """What stopped it from being read to its end."""
        self._max_bytes = max_bytes
        self._promised_bytes = promised_bytes
        self._digest = hashlib.sha256()
        self._head = b""

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        if len(self._head) < HEAD_BYTES:
            self._head = (self._head + chunk)[:HEAD_BYTES]
        self.size_bytes += len(chunk)
        if not self._is_too_large:
            self._digest.update(chunk)
            self.file.write(chunk)

    @property
    def _is_too_large(self) -> bool:
        return self._max_bytes is not None and self.size_bytes > self._max_bytes

    def problem(self, *, is_whole: bool) -> str:
        """Its own Content-Length outweighs a missing boundary: with all of its bytes there it is whole."""
        if self.fault:
            return self.fault
        if not self.size_bytes and self.name != "header":
            return f"{self.name} is empty."
        if self._is_too_large:
            return f"{self.name} exceeds {self._max_bytes} bytes."
        if self._promised_bytes is None:
            return "" if is_whole else f"{self.name} broke off after {self.size_bytes} bytes."
        if self._promised_bytes != self.size_bytes:
            return f"{self.name} announced {self._promised_bytes} bytes, and {self.size_bytes} came."
        return ""

    def synced(self, problem: str) -> SpooledPart:
        self.file.flush()
        os.fsync(self.file.fileno())
        path = Path(self.file.name)
        return SpooledPart(self.size_bytes, self.sha256, self.file, path, suffix_of(self._head), problem)

    def remove(self) -> None:
        self.file.close()
        if self.name == "audio":
            Path(self.file.name).unlink(missing_ok=True)
