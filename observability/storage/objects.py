"""Small whole objects in the default storage, be it a folder or a bucket: waveforms and sealed journals.

A name once written with `write` holds all of the content or none of it, and on a disk it is there after a power cut.
"""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.storage import FileSystemStorage, storages

from observability.storage import bucket
from observability.storage.bucket import MissingFile, StorageFailed


def write(key: str, content: bytes, *, content_type: str) -> None:
    """Over an older one if there is one. Raises StorageFailed."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        bucket.put(storage, key, content, content_type=content_type)
        return
    try:
        _write_file(Path(storage.path(key)), content, root=Path(storage.location))
    except OSError as fault:
        raise StorageFailed(str(fault)) from fault


def read(key: str) -> bytes:
    """Raises MissingFile or StorageFailed."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return bucket.get(storage, key)
    try:
        return Path(storage.path(key)).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise MissingFile(key) from fault
    except OSError as fault:
        raise StorageFailed(str(fault)) from fault


def remove(key: str) -> None:
    """It may be gone, or never have been. Raises StorageFailed."""
    storage: Any = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        bucket.remove(storage, key)
        return
    try:
        Path(storage.path(key)).unlink(missing_ok=True)
    except NotADirectoryError:
        return
    except OSError as fault:
        raise StorageFailed(str(fault)) from fault


def _write_file(target: Path, content: bytes, *, root: Path) -> None:
    """Readers see the old one or the new one, never half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.{uuid4().hex}.half")
    try:
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, target)
    except OSError:
        half.unlink(missing_ok=True)
        raise
    for folder in target.relative_to(root).parents:
        sync_folder(root / folder)


def sync_folder(folder: Path) -> None:
    """A rename is on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
