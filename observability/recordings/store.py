"""Brings to storage what could not be brought there at once.

Only the server that a recording was uploaded to has the file, and a Job may run on any. So besides the Job each server
process that takes uploads looks after its own spool, once something was left in it.
"""

import logging
import threading
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from observability import jobs
from observability.models import Job, Recording
from observability.recordings import files, spool

logger = logging.getLogger(__name__)

INSPECT_RECORDING = "inspect-recording"
ANALYSE_RECORDING = "analyse-recording"
STORE_RECORDING = "store-recording"
STORE_AGAIN_AFTER = timedelta(seconds=30)
"""The upload's own request moves the file first; the job finds nothing to do unless that failed."""
FORSAKEN_AFTER = timedelta(hours=1)
"""Since the last byte was written. No server waits nearly as long for the next one."""
SWEEP_EVERY_S = 30.0

_sweeping = threading.Lock()
_sweeper: threading.Thread | None = None
_sweeper_lock = threading.Lock()


def store_recording(recording_id: int) -> bool:
    """For the Job: move to storage what could not be moved at once. False if it fails again: a job follows.

    Raises OnOtherServer where the file is neither in this server's spool nor in storage.
    """
    recording = Recording.objects.select_related("session").filter(pk=recording_id).first()
    if recording is None or _is_stored_now(recording):
        return True
    jobs.submit(STORE_RECORDING, recording_id, run_after=timezone.now() + STORE_AGAIN_AFTER * 10)
    return False


def hasten_analysis(recording_id: int) -> None:
    """What was tried too early, on a server without the file, need not wait any longer."""
    waiting = Job.objects.filter(object_id=recording_id, state=Job.State.WAITING)
    waiting.filter(kind__in=[INSPECT_RECORDING, ANALYSE_RECORDING]).update(run_after=timezone.now())


def sweep_spool(*, now: datetime) -> None:
    """Move what waits in this server's spool, until the storage fails, and remove what nothing will come back for."""
    if not _sweeping.acquire(blocking=False):
        return
    try:
        waiting = Recording.objects.filter(place=Recording.Place.SPOOL, name__in=spool.names_kept())
        for recording in waiting.select_related("session").order_by("pk"):
            if not _is_stored_now(recording):
                break
        spool.remove_forsaken(before=now - FORSAKEN_AFTER)
    finally:
        _sweeping.release()


def keep_spool_swept() -> None:
    """From now on, in this process, if anything lies in the spool: of this upload, or of a process that was killed."""
    global _sweeper
    with _sweeper_lock:
        if (_sweeper is None or not _sweeper.is_alive()) and not spool.is_empty():
            _sweeper = threading.Thread(
                target=sweep_until, args=(threading.Event(),), name="spool sweeper", daemon=True
            )
            _sweeper.start()


def sweep_until(stopped: threading.Event) -> None:
    while not stopped.wait(SWEEP_EVERY_S):
        try:
            sweep_spool(now=timezone.now())
        except Exception:
            logger.exception("The spool could not be swept.")
        finally:
            connection.close()


def _is_stored_now(recording: Recording) -> bool:
    if recording.place == Recording.Place.STORAGE:
        return True
    try:
        is_moved = files.move_to_storage(recording)
    except files.OnOtherServer:
        # Another call has just moved it, if this server had it.
        if not Recording.objects.filter(pk=recording.pk, place=Recording.Place.SPOOL).exists():
            return True
        raise
    if is_moved:
        _ask_for_analysis(recording.pk)
    return is_moved


def _ask_for_analysis(recording_id: int) -> None:
    """Again, unless a worker could read the file while it lay in the spool."""
    for kind in (INSPECT_RECORDING, ANALYSE_RECORDING):
        if not Job.objects.filter(kind=kind, object_id=recording_id, state=Job.State.DONE).exists():
            jobs.submit(kind, recording_id)
