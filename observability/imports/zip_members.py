"""Opens a zip that anybody may have made: a few names are looked for, and nothing is read that could grow large.

What it says of itself is judged before a byte is inflated: Python's zipfile never gives more of a member than its entry
announces, so bounding what is announced bounds what can come.
"""

import io
import os
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from observability.imports.refusals import TooMuch, Unreadable
from observability.limits import (
    INFLATE_RATIO_FREE_BYTES,
    MAX_IMPORT_INFLATED_BYTES,
    MAX_IMPORT_MEMBERS,
    MAX_INFLATE_RATIO,
)

END, END_BYTES = b"PK\x05\x06", 22
LOCATOR_OF_ZIP64, LOCATOR_BYTES = b"PK\x06\x07", 20
END_OF_ZIP64, END_OF_ZIP64_BYTES = b"PK\x06\x06", 56
MAX_COMMENT_BYTES = 65_535
DIRECTORY_ENTRY_BYTES = 512
"""Of the directory, for each member that a zip may have: entry, name and extra field."""
IS_ENCRYPTED = 0x1
BUFFER_BYTES = 256 * 1024

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    OverflowError,
)
"""What zipfile raises where a zip is not as it says. A way of packing that it does not know is a RuntimeError too."""

TAKEN = re.compile(
    r"(?P<folder>(?:session-[0-9a-f-]{36}/)?)"
    r"(?P<name>manifest\.json|session\.json|traces\.json|logs\.jsonl|metrics\.json|chat_history\.json"
    r"|recording(?:-rev[1-9][0-9]{0,4})?\.(?:ogg|wav|mp3|m4a|flac|webm|bin))"
)
"""Every other member is passed over, and no member is ever written under its own name."""


class Members:
    """Those of the names that we know, by folder: "" where the zip is of one session."""

    def __init__(self, archive: zipfile.ZipFile, by_folder: dict[str, dict[str, zipfile.ZipInfo]]) -> None:
        self._zip = archive
        self._by_folder = by_folder

    @property
    def folders(self) -> list[str]:
        return sorted(self._by_folder)

    def names_in(self, folder: str) -> list[str]:
        return sorted(self._by_folder[folder])

    def size_of(self, folder: str, name: str) -> int:
        return self._by_folder[folder][name].file_size

    @contextmanager
    def open(self, folder: str, name: str) -> Iterator[IO[bytes]]:
        """Raises Unreadable, also while it is read, if the zip is damaged there."""
        try:
            with self._zip.open(self._by_folder[folder][name]) as member:
                yield io.BufferedReader(member, BUFFER_BYTES)  # type: ignore[type-var]  # it has readinto
        except DAMAGE as fault:
            raise Unreadable(f"The zip is damaged at {folder}{name}: {fault}. Download it again.") from fault


@contextmanager
def members_of(file: IO[bytes]) -> Iterator[Members]:
    """Raises Unreadable or TooMuch, before anything is inflated."""
    bound_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except (*DAMAGE, OSError) as fault:
        raise Unreadable(f"The zip cannot be opened ({fault}). Download it again.") from fault
    with archive:
        yield Members(archive, taken_from(archive.infolist(), end=archive.start_dir))


def bound_directory(file: IO[bytes]) -> None:
    """zipfile reads the whole directory into memory, so its size is looked at first, where zipfile looks for it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END_BYTES - MAX_COMMENT_BYTES - LOCATOR_BYTES - END_OF_ZIP64_BYTES))
    tail = file.read()
    at = len(tail) - END_BYTES
    if not (tail[at:].startswith(END) and tail.endswith(b"\0\0")):
        at = tail.rfind(END)
    if at < 0 or len(tail) < at + END_BYTES:
        raise Unreadable("The zip has no end: it is cut short. Download it again.")
    if directory_bytes(tail, at) > MAX_IMPORT_MEMBERS * DIRECTORY_ENTRY_BYTES:
        raise too_many_members()


def directory_bytes(tail: bytes, at: int) -> int:
    """As the end of the zip tells, which stands `at`; beyond 2 GiB as the longer end just before it does."""
    locator = max(0, at - LOCATOR_BYTES)
    longer = tail[max(0, locator - END_OF_ZIP64_BYTES) : locator]
    if tail[locator:at].startswith(LOCATOR_OF_ZIP64) and longer.startswith(END_OF_ZIP64):
        return int.from_bytes(longer[40:48], "little")
    return int.from_bytes(tail[at + 12 : at + 16], "little")


def too_many_members() -> TooMuch:
    return TooMuch(f"The zip has more than {MAX_IMPORT_MEMBERS} files (MAX_IMPORT_MEMBERS).")


def taken_from(infos: list[zipfile.ZipInfo], *, end: int) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """`end`: of the members, where the directory begins."""
    if len(infos) > MAX_IMPORT_MEMBERS:
        raise too_many_members()
    by_folder: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for info in infos:
        if match := TAKEN.fullmatch(info.filename):
            by_folder.setdefault(match["folder"], {})[match["name"]] = info
    wanted = [info for folder in by_folder.values() for info in folder.values()]
    repeated = [name for name, times in Counter(info.filename for info in infos).items() if times > 1]
    if any(info.filename in repeated for info in wanted):
        raise Unreadable(
            f"The zip has more than one file {repeated[0][:80]}, so it is not as Playhead made it."
        )
    bound(wanted, end=end)
    return by_folder


def bound(infos: list[zipfile.ZipInfo], *, end: int) -> None:
    if sum(info.file_size for info in infos) > MAX_IMPORT_INFLATED_BYTES:
        raise TooMuch(
            f"The zip unpacks to more than {MAX_IMPORT_INFLATED_BYTES} bytes (MAX_IMPORT_INFLATED_BYTES)."
        )
    for info in infos:
        if not 0 <= info.header_offset < end:
            raise Unreadable(f"The zip is damaged: {info.filename} is not in it. Download it again.")
        if info.flag_bits & IS_ENCRYPTED:
            raise Unreadable(f"{info.filename} is encrypted. Import the zip as Playhead made it.")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unreadable(f"{info.filename} is packed in a way that Playhead does not use.")
        free = info.file_size <= INFLATE_RATIO_FREE_BYTES
        if not free and info.file_size > MAX_INFLATE_RATIO * info.compress_size:
            raise TooMuch(f"{info.filename} unpacks to more than {MAX_INFLATE_RATIO}:1 (MAX_INFLATE_RATIO).")
