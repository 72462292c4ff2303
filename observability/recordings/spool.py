"""This server's disk, where uploads are written first and whole ones wait until the storage has them."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

from django.conf import settings

from observability.models import Recording
from observability.recordings.form import SpooledPart
from observability.storage.objects import sync_folder


def incoming_dir() -> Path:
    """Uploads being written. An upload's file goes with it, unless its process is killed."""
    return Path(settings.SPOOL_DIR)


def kept_dir() -> Path:
    """Whole uploads. Each file belongs to a Recording row, or to an upload whose transaction failed."""
    return incoming_dir() / "kept"


def keep(audio: SpooledPart) -> str:
    """Claim the audio of a form: from here on it survives the form, and a crash. Returns its name."""
    if audio.path is None:
        raise ValueError("Only audio is spooled as a file of its own.")
    name = uuid4().hex + audio.suffix
    kept_dir().mkdir(parents=True, exist_ok=True)
    os.replace(audio.path, kept_dir() / name)
    try:
        sync_folder(kept_dir())
    except OSError:
        forget(name)
        raise
    return name


@contextmanager
def passing_file(suffix: str) -> Iterator[Path]:
    """For what is made here to be stored: on the disk of uploads, so that storing it may be a rename, and beside them,

    where what a killed worker leaves is found as forsaken.
    """
    incoming_dir().mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=incoming_dir(), suffix=suffix, delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def path_of(name: str) -> Path:
    return kept_dir() / name


def forget(name: str) -> None:
    """ "" is the name of no file."""
    if name:
        path_of(name).unlink(missing_ok=True)


def remove_forsaken(*, before: datetime) -> int:
    """Remove what no upload and no row will come back for. `before` is longer ago than any upload pauses."""
    old = [path for path in _files() if _written_at(path) < before.timestamp()]
    if not old:
        return 0
    waiting = set(
        Recording.objects.filter(
            place=Recording.Place.SPOOL, name__in=[path.name for path in old]
        ).values_list("name", flat=True)
    )
    forsaken = [path for path in old if path.name not in waiting]
    for path in forsaken:
        path.unlink(missing_ok=True)
    return len(forsaken)


def names_kept() -> list[str]:
    return [path.name for path in kept_dir().iterdir()] if kept_dir().exists() else []


def is_empty() -> bool:
    return not _files()


def _written_at(path: Path) -> float:
    """A file that went meanwhile is never old."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _files() -> list[Path]:
    return [
        path
        for folder in (incoming_dir(), kept_dir())
        if folder.exists()
        for path in folder.iterdir()
        if path.is_file()
    ]
