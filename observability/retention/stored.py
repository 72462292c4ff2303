"""What lies in the storage, whatever the rows say: on this machine's disk or in a bucket."""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, storages

from observability.storage import bucket
from observability.storage.bucket import MissingFile, StorageFailed

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredFile:
    key: str
    size_bytes: int
    written_at: datetime


def files_below(prefix: str) -> Iterator[StoredFile]:
    """Every file whose key begins with `prefix`, which ends with a slash or is empty. Raises StorageFailed."""
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        yield from _files_in(Path(storage.location), prefix)
        return
    for found in bucket.listed(storage, prefix):
        yield StoredFile(*found)


def is_there(key: str) -> bool:
    """Raises StorageFailed."""
    storage = storages["default"]
    try:
        if isinstance(storage, FileSystemStorage):
            Path(storage.path(key)).stat()
        else:
            bucket.size_of(storage, key)
    except (MissingFile, FileNotFoundError, NotADirectoryError):
        return False
    except OSError as fault:
        raise StorageFailed(str(fault)) from fault
    return True


def remove(key: str) -> None:
    """It may be gone already. Raises StorageFailed."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        bucket.remove(storage, key)
        return
    try:
        Path(storage.path(key)).unlink(missing_ok=True)
    except OSError as fault:
        _unless_gone(fault)


def remove_unfinished(prefix: str, *, before: datetime | None = None) -> None:
    """Pieces of uploads that never came to their end. On a disk they are files as others.

    A bucket may know of no such thing, or forbid to look: that is told in the log, and erases nothing less.
    """
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        return
    try:
        bucket.abort_unfinished(storage, prefix, before=before)
    except StorageFailed as fault:
        logger.warning("Uploads to the bucket that were broken off could not be removed: %s", fault)


def remove_folder(prefix: str) -> None:
    """The empty folders of a disk bear ids too. What is not empty stays."""
    storage: Any = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return
    folder = Path(storage.path(prefix))
    if not folder.is_dir():
        return
    inner = sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True)
    for path in [*inner, folder]:
        try:
            path.rmdir()
        except OSError:
            continue


def _files_in(root: Path, prefix: str) -> Iterator[StoredFile]:
    """What goes away meanwhile is passed over; what cannot be read is an error, and never taken to be absent."""
    for folder, _, names in os.walk(root / prefix, onerror=_unless_gone):
        for name in names:
            path = Path(folder, name)
            try:
                seen = path.stat()
            except OSError as fault:
                _unless_gone(fault)
                continue
            written_at = datetime.fromtimestamp(seen.st_mtime, UTC)
            yield StoredFile(path.relative_to(root).as_posix(), seen.st_size, written_at)


def _unless_gone(fault: OSError) -> None:
    if not isinstance(fault, FileNotFoundError | NotADirectoryError):
        raise StorageFailed(str(fault)) from fault
