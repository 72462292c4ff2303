"""Which files a backup has to hold: those that the rows of one moment name."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages

from observability.backups.layout import OBJECTS, SPOOL
from observability.models import Recording
from observability.recordings import spool
from observability.recordings.files import key_of
from observability.retention.holdings import holdings


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a row names; in a backup it has the first of `names` that is found."""

    names: tuple[str, ...]


def wanted_by() -> Iterator[Wanted]:
    """What lies in a bucket is the bucket's own to keep safe."""
    if lies_in_files():
        for holding in holdings():
            if holding.is_backed_up:
                yield from (Wanted((OBJECTS + key,)) for key in holding.expected())
    yield from (Wanted(names_of(recording)) for recording in waiting())


def waiting() -> Iterator[Recording]:
    rows = Recording.objects.filter(place=Recording.Place.SPOOL)
    return rows.select_related("session").order_by("pk").iterator()


def names_of(recording: Recording) -> tuple[str, ...]:
    """It may have moved to the storage since its row was read."""
    key = key_of(recording, suffix=Path(recording.name).suffix)
    return (SPOOL + recording.name, OBJECTS + key) if lies_in_files() else (SPOOL + recording.name,)


def path_of(name: str) -> Path:
    """Where it lies on this disk, whether or not it is there."""
    if name.startswith(SPOOL):
        return spool.path_of(name.removeprefix(SPOOL))
    return Path(storages["default"].path(name.removeprefix(OBJECTS)))


def lies_in_files() -> bool:
    return isinstance(storages["default"], FileSystemStorage)


def kind_of_storage() -> str:
    return "files" if lies_in_files() else "bucket"
