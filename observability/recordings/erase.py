"""Removes a session with all of its audio, now and for good."""

from django.db import transaction

from observability.models import Recording, Session
from observability.recordings import files, waveform_files


@transaction.atomic
def erase_session(session: Session) -> None:
    """While its row is held no upload adds audio. Files first: until all are gone, rows tell where they are.

    Raises StorageFailed; the call can then be repeated. May run twice.
    """
    held = Session.objects.select_for_update().filter(pk=session.pk).first()
    if held is None:
        return
    for recording in Recording.objects.filter(session=held).select_related("session"):
        files.delete(recording)
        waveform_files.delete(recording)
    held.delete()
