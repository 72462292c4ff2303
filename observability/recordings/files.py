"""Where the audio lies: the only module that knows.

A recording is first kept in the spool, on the disk that it was uploaded to, and committed as such. Then it is
moved to the default storage: with files that is a rename. If the storage is down, a Job moves it later.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from uuid import uuid4

from django.core.files.storage import FileSystemStorage, storages

from observability.jobs import NotYet
from observability.models import Recording
from observability.recordings import spool
from observability.recordings.kinds import content_type_of
from observability.storage import bucket
from observability.storage.bucket import MissingFile, StorageFailed
from observability.storage.objects import sync_folder

__all__ = ["AudioPieces", "MissingFile", "OnOtherServer", "StorageFailed"]

PIECE_BYTES = 64 * 1024
COPY_SUFFIX = ".copy.m4a"


class OnOtherServer(MissingFile, NotYet):
    """It waits for the storage in a spool, and not in this server's."""


def key_of(recording: Recording, *, suffix: str) -> str:
    """Made of ids only; `recording.session` must be loaded."""
    session = recording.session
    return f"recordings/{session.project_id}/{session.public_id}/{recording.revision}{suffix}"


def move_to_storage(recording: Recording) -> bool:
    """Bring the file from the spool to the storage, once, whoever calls it how often.

    False if it stays in the spool because the storage fails. Raises OnOtherServer if this server's spool does
    not have it.
    """
    if recording.place == Recording.Place.STORAGE:
        return True
    source = spool.path_of(recording.name)
    key = key_of(recording, suffix=source.suffix)
    try:
        if not _is_stored(key, recording.size_bytes):
            _put(source, key)
    except FileNotFoundError as fault:
        # Another call may have moved it between the two lines above.
        if not _is_stored(key, recording.size_bytes):
            raise OnOtherServer(recording.name) from fault
    except (StorageFailed, OSError):
        return False
    _record_as_stored(recording, key)
    source.unlink(missing_ok=True)
    return True


def read(recording: Recording, *, first: int = 0, last: int | None = None) -> "AudioPieces":
    """The bytes from `first` to `last`, inclusive. Raises MissingFile or StorageFailed at once, not later."""
    last = recording.size_bytes - 1 if last is None else last
    if recording.place == Recording.Place.SPOOL:
        return AudioPieces.of_file(_path_of(recording), first, last)
    return read_object(recording.name, first=first, last=last)


def keep_copy(recording: Recording, copy: Path) -> None:
    """Move it to where `read_copy` finds it, over an older one. Raises StorageFailed."""
    put_object(copy, key_of(recording, suffix=COPY_SUFFIX))


def read_copy(recording: Recording, *, first: int = 0, last: int | None = None) -> "AudioPieces":
    """As `read`, of the copy for browsers that do not play the original."""
    last = (recording.copy_bytes or 0) - 1 if last is None else last
    return read_object(key_of(recording, suffix=COPY_SUFFIX), first=first, last=last)


def delete_copy(recording: Recording) -> None:
    delete_object(key_of(recording, suffix=COPY_SUFFIX))


def delete(recording: Recording) -> None:
    """Remove the file and its copy. They may be gone already. Raises StorageFailed."""
    storage = storages["default"]
    delete_copy(recording)
    if recording.place == Recording.Place.SPOOL:
        spool.forget(recording.name)
        # A move may have been cut off between storage and row.
        _delete_stored(storage, key_of(recording, suffix=Path(recording.name).suffix))
    else:
        _delete_stored(storage, recording.name)


def put_object(source: Path, key: str) -> None:
    """Bring any other file of this disk to the storage; it may be gone from here after. Raises StorageFailed."""
    try:
        _put(source, key)
    except OSError as fault:
        raise StorageFailed(str(fault)) from fault


def read_object(key: str, *, first: int, last: int) -> "AudioPieces":
    """Raises MissingFile or StorageFailed at once, not later."""
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        return AudioPieces.of_file(Path(storage.path(key)), first, last)
    pieces, source = bucket.pieces_of(storage, key, first=first, last=last)
    return AudioPieces(pieces, source)


def delete_object(key: str) -> None:
    """It may be gone, or never have been. Raises StorageFailed."""
    _delete_stored(storages["default"], key)


def is_on_other_server(recording: Recording) -> bool:
    """It waits for the storage in a spool, and not in this server's."""
    return recording.place == Recording.Place.SPOOL and not spool.path_of(recording.name).exists()


@contextmanager
def local_copy(recording: Recording) -> Iterator[Path]:
    """The file on this machine, for work that needs a path. Raises MissingFile, OnOtherServer or StorageFailed."""
    storage = storages["default"]
    if recording.place == Recording.Place.SPOOL or isinstance(storage, FileSystemStorage):
        path = _path_of(recording)
        if not path.exists():
            raise (OnOtherServer if is_on_other_server(recording) else MissingFile)(recording.name)
        yield path
        return
    spool.incoming_dir().mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=spool.incoming_dir(), suffix=Path(recording.name).suffix) as copy:
        for piece in read(recording):
            copy.write(piece)
        copy.flush()
        yield Path(copy.name)


def content_type(recording: Recording) -> str:
    return content_type_of(Path(recording.name).suffix)


class AudioPieces:
    """Bytes of a recording, a bounded piece at a time; close it, or read it to the end."""

    def __init__(self, pieces: Iterator[bytes], source: Any) -> None:
        self._pieces = pieces
        self._source = source

    @classmethod
    def of_file(cls, path: Path, first: int, last: int) -> "AudioPieces":
        try:
            file = path.open("rb")
        except FileNotFoundError as fault:
            raise MissingFile(path.name) from fault
        except OSError as fault:
            raise StorageFailed(str(fault)) from fault
        file.seek(first)
        return cls(_pieces_of_file(file, last - first + 1), file)

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces
        finally:
            self.close()

    def close(self) -> None:
        self._source.close()


def _pieces_of_file(file: IO[bytes], left_bytes: int) -> Iterator[bytes]:
    while left_bytes > 0 and (piece := file.read(min(PIECE_BYTES, left_bytes))):
        left_bytes -= len(piece)
        yield piece


def _put(source: Path, key: str) -> None:
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        if not source.exists():
            raise FileNotFoundError(source)
        bucket.upload(storage, key, source, content_type=content_type_of(source.suffix))
        return
    target = Path(storage.path(key))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(source, target)
    except OSError as fault:
        if fault.errno != errno.EXDEV:
            raise
        _copy_to_other_disk(source, target)
    for folder in target.relative_to(storage.location).parents:
        sync_folder(Path(storage.location) / folder)


def _copy_to_other_disk(source: Path, target: Path) -> None:
    half = target.with_name(f"{target.name}.{uuid4().hex}.half")
    try:
        with source.open("rb") as original, half.open("wb") as copy:
            while piece := original.read(PIECE_BYTES):
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        os.replace(half, target)
    except OSError:
        half.unlink(missing_ok=True)  # the disk may be full, and each retry would fill it again
        raise


def _is_stored(key: str, size_bytes: int) -> bool:
    """Whether an earlier call got as far as the storage, and not to the row."""
    storage = storages["default"]
    try:
        if isinstance(storage, FileSystemStorage):
            return Path(storage.path(key)).stat().st_size == size_bytes
        return bucket.size_of(storage, key) == size_bytes
    except (FileNotFoundError, MissingFile):
        return False


def _record_as_stored(recording: Recording, key: str) -> None:
    """If the row went away meanwhile, its session was deleted, and the file goes as well."""
    rows = Recording.objects.filter(pk=recording.pk)
    if not rows.update(place=Recording.Place.STORAGE, name=key):
        _delete_stored(storages["default"], key)
    recording.place, recording.name = Recording.Place.STORAGE, key


def _delete_stored(storage: Any, key: str) -> None:
    if not isinstance(storage, FileSystemStorage):
        bucket.remove(storage, key)
        return
    try:
        Path(storage.path(key)).unlink()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as fault:
        raise StorageFailed(str(fault)) from fault


def _path_of(recording: Recording) -> Path:
    if recording.place == Recording.Place.SPOOL:
        return spool.path_of(recording.name)
    return Path(storages["default"].path(recording.name))
