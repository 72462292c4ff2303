"""Only one process may serve the data of this disk, or replace it."""

import fcntl
from typing import IO

from django.conf import settings
from django.core.management.base import CommandError


def lock_data() -> IO[str]:
    """Held until it is closed, or the process ends, however it does. Raises CommandError."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    lock = open(settings.DATA_DIR / "lock", "w")  # noqa: SIM115  (held beyond this function)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CommandError(f"Playhead already runs on the data in {settings.DATA_DIR}.") from None
    return lock
