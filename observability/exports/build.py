"""Makes the zip, on this server's disk first and then in the storage. For the Job; may run twice."""

import os
from collections.abc import Sequence
from datetime import timedelta
from hashlib import file_digest
from pathlib import Path
from shutil import disk_usage

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from observability.exports.archive import Archive
from observability.exports.ask import another_key
from observability.exports.members import write_session
from observability.exports.progress import Progress, expected_bytes
from observability.exports.selection import sessions_of, version_of
from observability.jobs import NotYet
from observability.limits import MAX_RECORDING_BYTES
from observability.models import Export, Session
from observability.recordings import files, spool

KEPT_FOR = timedelta(hours=1)
"""Long enough to fetch it; it can be made again at any time."""
SPARE_BYTES = 2 * MAX_RECORDING_BYTES
"""Of the disk that a zip leaves alone: the next uploads go there, and they are worth more."""
WAITS = "The storage cannot be reached. The zip is made as soon as it answers; nothing needs to be done."

NO_ROOM = "This server's disk has no room for the zip now. It is made as soon as there is; nothing needs to be done."


class NoRoom(NotYet):
    """The disk would be full before the zip is whole."""


def build_export(export_id: int) -> None:
    """Raises NotYet while the storage is down or the disk is full: whoever asked is told, and the job waits."""
    export = Export.objects.select_related("project").filter(pk=export_id).first()
    sessions = sessions_of(export) if export and export.is_under_way else None
    if export is None or sessions is None:
        return
    try:
        if not begin(export):
            return
        look_for_room(sessions)
        with spool.passing_file(".zip") as path:
            finish(export, path, sessions, holds_audio=write_zip(path, export, sessions))
    except NotYet as reason:
        note = NO_ROOM if isinstance(reason, NoRoom) else WAITS
        tell(export, state=Export.State.WAITING, note=note)
        raise


def begin(export: Export) -> bool:
    """Under another key if somebody was at it before: should he go on, he finds that the export is not his.

    What he has put away already goes, since no row tells of it any more. False if somebody has begun or ended just now.
    """
    before, is_taken_over = export.key, export.state == Export.State.RUNNING
    key = another_key(export) if is_taken_over else before
    as_read = ours(export).filter(state=export.state)
    if not as_read.update(key=key, state=Export.State.RUNNING, progress_percent=0, note=""):
        return False
    export.key = key
    if is_taken_over:
        files.delete_object(before)
    return True


def look_for_room(sessions: Sequence[Session]) -> None:
    spool.incoming_dir().mkdir(parents=True, exist_ok=True)
    free_bytes = disk_usage(spool.incoming_dir()).free
    if sum(expected_bytes(session) for session in sessions) + SPARE_BYTES > free_bytes:
        raise NoRoom(f"{free_bytes} bytes are free.")


def write_zip(path: Path, export: Export, sessions: Sequence[Session]) -> bool:
    """Whether there is audio in it. What arrives while it is written is in the next one."""
    now, progress = timezone.now(), Progress(export, sessions)
    with path.open("wb") as file:
        with Archive(file, at=now, told=progress.add) as archive:
            for session in sessions:
                folder = f"session-{session.public_id}/" if export.session_count > 1 else ""
                write_session(archive, session, folder=folder, with_audio=export.may_hold_audio, at=now)
        file.flush()
        os.fsync(file.fileno())
    return any("recording" in member.name for member in archive.members)


def finish(export: Export, path: Path, sessions: Sequence[Session], *, holds_audio: bool) -> None:
    """If the export is another worker's by now, or was swept meanwhile, what was put here goes again."""
    size_bytes, sha256 = path.stat().st_size, digest_of(path)
    if not ours(export).exists():
        return
    files.put_object(path, export.key)
    is_told = tell(
        export,
        state=Export.State.READY,
        progress_percent=100,
        version=version_of(sessions),
        size_bytes=size_bytes,
        sha256=sha256,
        holds_audio=holds_audio,
        built_at=Now(),
        expires_at=Now() + KEPT_FOR,
    )
    if not is_told:
        files.delete_object(export.key)


def tell(export: Export, **news: object) -> bool:
    """False if it is over: it was made, given up, swept or begun by another worker."""
    return bool(ours(export).update(**news))


def ours(export: Export) -> "QuerySet[Export]":
    return Export.objects.filter(pk=export.pk, key=export.key, state__in=Export.UNDER_WAY)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
