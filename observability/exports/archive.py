"""Writes a zip to a file, a piece at a time, and remembers what each member came to."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Self

READABLE = 0o644 << 16


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    size_bytes: int
    sha256: str
    count: int | None
    """Of the records or lines in it; None where there is nothing to count."""


class MemberWriter:
    """One member that is being written."""

    def __init__(self, out: IO[bytes], told: Callable[[int], None]) -> None:
        self._out = out
        self._told = told
        self._hash = hashlib.sha256()
        self.size_bytes = 0
        self.count: int | None = None

    def write(self, piece: bytes) -> None:
        self._out.write(piece)
        self._hash.update(piece)
        self.size_bytes += len(piece)
        self._told(len(piece))

    def counted(self, number: int = 1) -> None:
        self.count = (self.count or 0) + number

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Archive:
    """`told` hears of every piece, by its size before compression."""

    def __init__(self, file: IO[bytes], *, at: datetime, told: Callable[[int], None]) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._at = at.timetuple()[:6]
        self._told = told
        self.members: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @contextmanager
    def member(self, name: str, *, is_compressed: bool = True) -> Iterator[MemberWriter]:
        """`name` is ours, never a sender's. What is compressed already, such as audio, is stored as it is."""
        about = zipfile.ZipInfo(name, self._at)
        about.external_attr = READABLE
        about.compress_type = zipfile.ZIP_DEFLATED if is_compressed else zipfile.ZIP_STORED
        # How long it becomes is not known yet, and beyond 2 GiB it would be too late.
        with self._zip.open(about, "w", force_zip64=True) as out:
            writer = MemberWriter(out, self._told)
            yield writer
        self.members.append(Member(name, writer.size_bytes, writer.sha256, writer.count))

    def members_below(self, folder: str) -> list[Member]:
        """Those that are written whole."""
        return [member for member in self.members if member.name.startswith(folder)]
