"""Static files are collected at the start, when they differ from those that were collected last."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

IGNORED = ["CVS", ".*", "*~"]


def must_be_collected() -> bool:
    if settings.DEBUG:
        return False
    mark = mark_file()
    return not mark.exists() or mark.read_text() != fingerprint()


def collect() -> None:
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, skip_checks=True)
    mark_file().write_text(fingerprint())


def fingerprint() -> str:
    """Of names, sizes and times, which is a few milliseconds' work for some hundred files."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list(IGNORED):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def mark_file() -> Path:
    return Path(settings.STATIC_ROOT).with_suffix(".collected")
