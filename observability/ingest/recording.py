"""What a recording upload holds, kept; and the answer that waits for Node's last spans."""

import threading
import time

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from observability.ingest.body import announced_bytes, body_stream
from observability.ingest.refusals import Malformed, RecordingDisabled, TooLarge, Unavailable
from observability.limits import MAX_HELD_ANSWERS, MAX_RECORDING_BYTES, NODE_FLUSH_HOLD_S
from observability.recordings.accept import AcceptedRecording, NoIdentity, SwitchedOff, accept_recording
from observability.recordings.form import FormTooLarge, MalformedForm, read_form
from projects.models import Project

_places = threading.BoundedSemaphore(MAX_HELD_ANSWERS)


def accept_upload(project: Project, request: HttpRequest) -> AcceptedRecording:
    """Read the upload as a stream and keep what arrived whole; committed when this returns."""
    if (announced_bytes(request) or 0) > MAX_RECORDING_BYTES:
        raise TooLarge(f"The recording upload is larger than {MAX_RECORDING_BYTES} bytes.")
    content_type = request.META.get("CONTENT_TYPE", "")
    try:
        with read_form(body_stream(request), content_type=content_type, spool_dir=settings.SPOOL_DIR) as form:
            return accept_recording(project, form, now=timezone.now())
    except FormTooLarge as error:
        raise TooLarge(str(error)) from None
    except (MalformedForm, NoIdentity) as error:
        raise Malformed(str(error)) from None
    except SwitchedOff:
        raise RecordingDisabled from None
    except OSError as error:
        raise Unavailable("The recording could not be written to disk; please repeat the upload.") from error


def hold_answer(request: HttpRequest, seconds: float = NODE_FLUSH_HOLD_S) -> bool:
    """Wait, if the sender is Node's SDK, until its span timer has fired once more (docs/contract.md §12.4).

    Node does not flush spans at exit, but its job waits for this answer. Python's SDK names itself in User-Agent.
    False if nothing was waited for.
    """
    if "HTTP_USER_AGENT" in request.META or seconds <= 0 or not _places.acquire(blocking=False):
        return False
    try:
        time.sleep(seconds)
        return True
    finally:
        _places.release()
