"""What a recording upload holds, kept; and the answer that waits for Node's last spans."""

import threading
import time

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from observability.ingest.body import announced_bytes, body_stream
from observability.ingest.budget import in_flight
from observability.ingest.disabled import why_disabled
from observability.ingest.refusals import BrokeOff, Malformed, TooLarge, Unavailable
from observability.limits import MAX_HELD_ANSWERS, MAX_RECORDING_BYTES, NODE_FLUSH_HOLD_S
from observability.live.publish import publish
from observability.recordings.accept import AcceptedRecording, NoIdentity, SwitchedOff, accept_recording
from observability.recordings.form import FormTooLarge, MalformedForm, read_form
from projects.models import Project


def accept_upload(project: Project, request: HttpRequest) -> AcceptedRecording:
    """Read the upload as a stream and keep what arrived whole; committed when this returns.

    So it is when this raises BrokeOff: what came may be all that ever comes, and a repeat adds only the rest.
    """
    if (announced_bytes(request) or 0) > MAX_RECORDING_BYTES:
        raise TooLarge(f"The recording upload is larger than {MAX_RECORDING_BYTES} bytes.")
    try:
        accepted = accepted_form(project, request)
    except FormTooLarge as error:
        raise TooLarge(str(error)) from None
    except (MalformedForm, NoIdentity) as error:
        raise Malformed(str(error)) from None
    except SwitchedOff:
        raise why_disabled(project) from None
    except OSError as error:
        raise Unavailable("The recording could not be written to disk; please repeat the upload.") from error
    publish(project.pk, [accepted.kept])
    if accepted.is_cut_short:
        raise BrokeOff
    return accepted


def accepted_form(project: Project, request: HttpRequest) -> AcceptedRecording:
    """What is about to be read into memory counts with what other uploads hold there."""
    content_type = request.META.get("CONTENT_TYPE", "")
    with (
        read_form(body_stream(request), content_type=content_type, spool_dir=settings.SPOOL_DIR) as form,
        in_flight.reservation() as reserve,
    ):
        reserve(sum(part.size_bytes for part in (form.header, form.chat_history) if part))
        try:
            return accept_recording(project, form, now=timezone.now())
        except NoIdentity:
            if form.is_cut_short:
                raise BrokeOff from None
            raise


def hold_ms(request: HttpRequest) -> int:
    """How long the finished answer is to be held back: until Node's span timer has fired once more.

    Node does not flush spans at exit, but its job waits for this answer (docs/contract.md §12.4). Python's SDK names
    itself in User-Agent. The server's side of it is in config/threads.py, where a held answer costs no thread.
    """
    if "HTTP_USER_AGENT" in request.META or NODE_FLUSH_HOLD_S <= 0:
        return 0
    return NODE_FLUSH_HOLD_S * 1000 if _held.has_room(NODE_FLUSH_HOLD_S) else 0


class Held:
    """Counts the answers that are being held, by the moment when each is let go."""

    def __init__(self, at_most: int) -> None:
        self.at_most = at_most
        self.let_go_at: list[float] = []
        self.lock = threading.Lock()

    def has_room(self, seconds: float) -> bool:
        now = time.monotonic()
        with self.lock:
            self.let_go_at = [at for at in self.let_go_at if at > now]
            if len(self.let_go_at) >= self.at_most:
                return False
            self.let_go_at.append(now + seconds)
            return True


_held = Held(MAX_HELD_ANSWERS)
