"""Removes recordings, for good: with their session, or because redaction was asked for after they had come."""

from django.db import transaction

from observability.jobs import NotYet
from observability.models import Recording, Session
from observability.recordings import files, waveform_files


def erase_files(recording: Recording, *, even_elsewhere: bool = False) -> None:
    """Of a session that takes no audio any more; the row stays and still tells where the files lay. May run twice.

    Raises NotYet while the storage is down, or while another server has yet to move what lies in its spool: unless
    `even_elsewhere`, since that server then removes it as forsaken.
    """
    if files.is_on_other_server(recording) and not even_elsewhere:
        raise files.OnOtherServer(recording.name)
    files.delete(recording)
    waveform_files.delete(recording)


def erase_recordings(session_id: int) -> None:
    """For the Job: a redacted session takes no audio, so what it has when this begins is all. May run twice.

    Raises NotYet while the storage is down, or another server has yet to move what lies in its spool.
    """
    try:
        for recording_id in Recording.objects.filter(session_id=session_id).values_list("pk", flat=True):
            _erase_recording(recording_id)
    except files.StorageFailed as fault:
        raise NotYet(str(fault)) from fault


@transaction.atomic
def _erase_recording(recording_id: int) -> None:
    """The row goes first, so that nobody who moves or analyses the file can note where it lies; then the files."""
    held = Recording.objects.select_for_update(of=("self",)).select_related("session")
    recording = held.filter(pk=recording_id).first()
    if recording is None:
        return
    if files.is_on_other_server(recording):
        raise files.OnOtherServer(recording.name)
    Recording.objects.filter(pk=recording_id).delete()
    Session.objects.filter(pk=recording.session_id).update(has_audio=False)
    files.delete(recording)
    waveform_files.delete(recording)
