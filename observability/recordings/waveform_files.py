"""Where the peaks lie: in the default storage beside their recording, under a key made of the same ids."""

from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages

from observability.models import Recording, Waveform
from observability.recordings.files import AudioPieces, MissingFile, key_of
from observability.storage import bucket, objects

SUFFIX = ".peaks"
CONTENT_TYPE = "application/octet-stream"


def keep(recording: Recording, content: bytes) -> str:
    """Write the object, over an older one if there is one; its key. Raises StorageFailed."""
    key = key_of(recording, suffix=SUFFIX)
    objects.write(key, content, content_type=CONTENT_TYPE)
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
    objects.remove(key_of(recording, suffix=SUFFIX))
