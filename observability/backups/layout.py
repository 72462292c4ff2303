"""How a backup lies in its folder or tar file: what is in it, and at the end a list of that, without which it is none.

database            SQLite's file, or pg_dump's custom format
objects/<key>       as in the storage
spool/<name>        recordings that wait for the storage
manifest.jsonl      what it is; then name, bytes and SHA-256 of each file
"""

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Protocol, Self

from observability.backups.failures import BackupFailed
from observability.storage.objects import sync_folder

FORMAT = 1
DATABASE = "database"
OBJECTS = "objects/"
SPOOL = "spool/"
MANIFEST = "manifest.jsonl"
HALF = ".half"
PIECE_BYTES = 1024 * 1024
Say = Callable[[str], None]
"""Told of each step before it begins."""


class Place(Protocol):
    """Where a backup is written to."""

    def add(self, name: str, content: IO[bytes], size_bytes: int) -> None: ...

    def finish(self) -> None:
        """On the disk when this returns."""

    def let_go(self) -> None:
        """Of open files; it may be finished."""


class FolderPlace:
    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True)

    def add(self, name: str, content: IO[bytes], size_bytes: int) -> None:
        write_file(self._root / name, content)

    def finish(self) -> None:
        for folder, _, _ in os.walk(self._root):
            sync_folder(Path(folder))

    def let_go(self) -> None:
        """None stays open."""


class TarPlace:
    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file.open("xb")
        self._tar = tarfile.open(fileobj=self._file, mode="w")  # noqa: SIM115  (of our own file)

    def add(self, name: str, content: IO[bytes], size_bytes: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size_bytes, 0o600
        self._tar.addfile(member, content)

    def finish(self) -> None:
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())

    def let_go(self) -> None:
        self._file.close()


class Draft:
    """A backup that is being written: it has its name only when it is whole and on the disk."""

    def __init__(self, target: Path) -> None:
        """A tar file if the name ends so, else a folder."""
        self._target, self._half = target, target.with_name(target.name + HALF)
        if target.exists() and (target.is_file() or any(target.iterdir())):
            raise BackupFailed(f"{target} is there already. A backup is never written over another.")
        remove(self._half)
        self._place: Place = TarPlace(self._half) if is_tar(target) else FolderPlace(self._half)
        self._entries: dict[str, tuple[int, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """What has not become a backup holds voices and words all the same, and goes."""
        self._place.let_go()
        if kind is not None:
            remove(self._half)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def add(self, name: str, file: Path) -> int:
        """Returns its bytes. Raises FileNotFoundError if it is not there any more."""
        with file.open("rb") as content:
            size_bytes = os.fstat(content.fileno()).st_size
            hashing = Hashing(content)
            self._place.add(name, hashing, size_bytes)  # type: ignore[arg-type]
        self._entries[name] = (size_bytes, hashing.digest.hexdigest())
        return size_bytes

    def finish(self, header: dict[str, Any]) -> None:
        lines = [{"format": FORMAT, **header}]
        lines += [{"name": name, "bytes": size, "sha256": sha} for name, (size, sha) in self._entries.items()]
        listed = "".join(json.dumps(line) + "\n" for line in lines).encode()
        self._place.add(MANIFEST, BytesIO(listed), len(listed))
        self._place.finish()
        if self._target.exists():
            self._target.rmdir()
        self._half.replace(self._target)
        sync_folder(self._target.parent)


class Hashing:
    """Passes bytes on, and knows their digest in the end."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(size)
        self.digest.update(piece)
        return piece


class Backup:
    """One that is whole, opened for reading."""

    def __init__(self, source: Path, tar: tarfile.TarFile | None) -> None:
        self._source, self._tar = source, tar
        with self._open(MANIFEST) as content:
            self.header, *entries = [json.loads(line) for line in content]
        if self.header.get("format") != FORMAT:
            raise BackupFailed(f"{source} was written by another version of Playhead.")
        self._entries = {entry["name"]: entry for entry in entries}

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def size_of(self, name: str) -> int:
        return int(self._entries[name]["bytes"])

    def digest_of(self, name: str) -> str:
        return str(self._entries[name]["sha256"])

    def copy(self, name: str, target: Path) -> bool:
        """Bring a file into place as a whole. False if it is not what was written, and then it is not brought."""
        half = target.with_name(target.name + HALF)
        with self._open(name) as content:
            hashing = Hashing(content)
            write_file(half, hashing)  # type: ignore[arg-type]
        if hashing.digest.hexdigest() != self._entries[name]["sha256"]:
            half.unlink()
            return False
        half.replace(target)
        sync_folder(target.parent)
        return True

    def _open(self, name: str) -> IO[bytes]:
        try:
            content = self._tar.extractfile(name) if self._tar else (self._source / name).open("rb")
        except (KeyError, FileNotFoundError):
            content = None
        if content is None:
            raise BackupFailed(f"{self._source} is no whole backup: {name} is missing.")
        return content


@contextmanager
def private_files() -> Iterator[None]:
    """What is written meanwhile nobody else on this machine can read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def opened(source: Path) -> Iterator[Backup]:
    """Raises BackupFailed."""
    if not source.exists():
        raise BackupFailed(f"{source} is not there.")
    if source.is_dir():
        yield Backup(source, None)
        return
    try:
        tar = tarfile.open(source, "r:")  # noqa: SIM115  (closed below)
    except tarfile.TarError as fault:
        raise BackupFailed(f"{source} is no backup: {fault}") from None
    with tar:
        yield Backup(source, tar)


def nothing(step: str) -> None:
    """Where nobody listens."""


def is_tar(target: Path) -> bool:
    return target.suffix == ".tar"


def remove(path: Path) -> None:
    """What a run that was killed has left; it may be nothing."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_file(target: Path, content: IO[bytes]) -> None:
    """On the disk when this returns."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        shutil.copyfileobj(content, file, PIECE_BYTES)
        file.flush()
        os.fsync(file.fileno())
