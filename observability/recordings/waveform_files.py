"""Where the peaks lie: in the default storage beside their recording, under a key made of the same ids.

They can be made again, so nothing here waits for a disk.
"""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

from django.core.files.storage import FileSystemStorage, storages

from observability.models import Recording, Waveform
from observability.recordings import bucket, spool
from observability.recordings.files import AudioPieces, MissingFile, StorageFailed, key_of

SUFFIX = ".peaks"
CONTENT_TYPE = "application/octet-stream"


def keep(recording: Recording, content: bytes) -> str:
    """Write the object, over an older one if there is one; its key. Raises StorageFailed."""
    storage = storages["default"]
    key = key_of(recording, suffix=SUFFIX)
    try:
        if isinstance(storage, FileSystemStorage):
            _write(Path(storage.path(key)), content)
            return key
        spool.incoming_dir().mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=spool.incoming_dir(), suffix=SUFFIX) as copy:
            copy.write(content)
            copy.flush()
            bucket.upload(storage, key, Path(copy.name), content_type=CONTENT_TYPE)
    except OSError as fault:
        raise StorageFailed(str(fault)) from fault
    return key


def read(waveform: Waveform, *, first: int, length: int) -> bytes:
    """Raises MissingFile or StorageFailed."""
    if not length:
        return b""
    storage, last = storages["default"], first + length - 1
    if isinstance(storage, FileSystemStorage):
        content = b"".join(AudioPieces.of_file(Path(storage.path(waveform.name)), first, last))
    else:
        content = b"".join(bucket.pieces_of(storage, waveform.name, first=first, last=last)[0])
    if len(content) != length:
        raise MissingFile(waveform.name)
    return content


def delete(recording: Recording) -> None:
    """It may be gone, or never have been. Raises StorageFailed."""
    storage = storages["default"]
    key = key_of(recording, suffix=SUFFIX)
    if not isinstance(storage, FileSystemStorage):
        bucket.remove(storage, key)
        return
    try:
        Path(storage.path(key)).unlink(missing_ok=True)
    except NotADirectoryError:
        return
    except OSError as fault:
        raise StorageFailed(str(fault)) from fault


def _write(target: Path, content: bytes) -> None:
    """Readers see the old one or the new one, never half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.{uuid4().hex}.half")
    try:
        half.write_bytes(content)
        os.replace(half, target)
    except OSError:
        half.unlink(missing_ok=True)
        raise
