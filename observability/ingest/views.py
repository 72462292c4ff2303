"""The doors for agents. Each checks, hands on, and answers so that the SDKs understand (docs/contract.md §2, §4)."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone

from observability.ingest import recording
from observability.ingest.answers import told_accepted, told_refused
from observability.ingest.body import telemetry_body
from observability.ingest.budget import in_flight
from observability.ingest.credentials import Sender, sender_by_ingest_token, sender_by_livekit_token
from observability.ingest.pace import pace
from observability.ingest.refusals import (
    BrokeOff,
    Malformed,
    NoSuchEndpoint,
    OnlyPost,
    Refused,
    TooLarge,
    Unavailable,
    UnsupportedMedia,
)
from observability.ingest.refused import note_refusal
from observability.ingest.telemetry import NameSessions, accept_telemetry
from observability.journal.codec import BatchTooLarge
from observability.measures import count_upload
from observability.otlp.body import BodyTooLarge, MalformedBody
from observability.otlp.conversation import by_conversation
from observability.otlp.count import TooManyItems
from observability.otlp.decode import UnsupportedContentType
from observability.otlp.shape import Signal

logger = logging.getLogger(__name__)

HOLD_HEADER = "Playhead-Hold-Ms"
"""Read and taken out by the server's side of the application (config/threads.py, config/wsgi.py)."""

LOOKING = ("GET", "HEAD")
"""By these no agent uploads: somebody has opened the address, or looks around."""

SENDER_GONE = (UnreadablePostError, ConnectionAbortedError)
"""How Django and the server's own stream tell that a body ended early."""

Authenticate = Callable[[HttpRequest, str | None], Sender]
Take = Callable[[HttpRequest, Sender, Any], HttpResponse]


class UploadView:
    """Authenticates before the body is read, and answers every refusal with a `google.rpc.Status`."""

    def __init__(self, take: Take, authenticate: Authenticate = sender_by_livekit_token) -> None:
        self.take = take
        self.authenticate = authenticate

    def __call__(self, request: HttpRequest, *, project: str | None = None, signal: str = "") -> HttpResponse:
        """`project` and `signal`: as the address names them."""
        began, outcome = time.perf_counter(), "accepted"
        try:
            sender = self.authenticate(request, project)
            project = sender.project.slug
            response = self.taken(request, sender, signal)
        except Exception as error:
            refusal = refusal_of(error)
            if request.method not in LOOKING:
                note_refusal(refusal, request, signal=signal, project=project)
            response, outcome = told_refused(request, refusal), refusal.reason
        count_upload(signal or "none", outcome, time.perf_counter() - began)
        return response

    def taken(self, request: HttpRequest, sender: Sender, signal: str) -> HttpResponse:
        if request.method != "POST":
            raise OnlyPost("Uploads are sent with POST.")
        return self.take(request, sender, signal)


def take_telemetry(
    request: HttpRequest, sender: Sender, signal: Signal, *, name_sessions: NameSessions | None = None
) -> HttpResponse:
    """`name_sessions`: how records that name no job are given one.

    Recordings are not counted against the pace: there is one a session, and four refusals lose it for good.
    """
    pace.take(sender.project)
    with in_flight.reservation() as reserve:
        accepted = accept_telemetry(
            sender.project,
            signal,
            telemetry_body(request, reserve),
            request.META.get("CONTENT_TYPE", ""),
            now=timezone.now(),
            name_sessions=name_sessions,
        )
        return told_accepted(request, accepted)


def take_foreign(request: HttpRequest, sender: Sender, signal: Signal) -> HttpResponse:
    """Of any OpenTelemetry exporter (OTLP/HTTP, docs/otlp.md)."""
    return take_telemetry(request, sender, signal, name_sessions=by_conversation)


def take_recording(request: HttpRequest, sender: Sender, signal: str) -> HttpResponse:
    accepted = recording.accept_upload(sender.project, request)
    hold_ms = recording.hold_ms(request)
    response = told_accepted(request, accepted)
    if hold_ms:
        response.headers[HOLD_HEADER] = str(hold_ms)
    return response


def find_no_endpoint(request: HttpRequest, slug: str | None) -> Sender:
    raise NoSuchEndpoint(
        "There is no such upload endpoint. Agents are given the address up to /p/<project>; see docs/connect.md."
    )


class AdmissionView:
    """`GET /admission/<an upload's path>`: a proxy asks whether this sender may upload, before it takes the body.

    204, or the status of the refusal, which is counted and noted when the upload itself is refused.
    """

    def __init__(self, authenticate: Authenticate = sender_by_livekit_token) -> None:
        self.authenticate = authenticate

    def __call__(self, request: HttpRequest, *, project: str | None = None, signal: str = "") -> HttpResponse:
        try:
            self.authenticate(request, project)
        except Exception as error:
            return told_refused(request, refusal_of(error))
        return HttpResponse(status=204)


def refusal_of(error: Exception) -> Refused:
    """The one translation of what went wrong into what the sender is told."""
    match error:
        case Refused():
            return error
        case BodyTooLarge() | TooManyItems() | BatchTooLarge():
            return TooLarge(str(error))
        case MalformedBody():
            return Malformed(str(error))
        case UnsupportedContentType():
            return UnsupportedMedia(str(error))
        case _:
            return trouble_with(error)


def trouble_with(error: Exception) -> Unavailable:
    """What the upload itself is not to blame for, so it may come again."""
    if isinstance(error, SENDER_GONE):
        return BrokeOff()
    if isinstance(error, DatabaseError):
        logger.error("An upload could not be kept: %s", str(error).partition("\n")[0])
        return Unavailable("The database cannot be reached; please repeat the upload.")
    logger.error("An upload failed", exc_info=error)
    return Unavailable("The upload could not be kept; please repeat it.")


telemetry = UploadView(take_telemetry)
otlp = UploadView(take_foreign, sender_by_ingest_token)
recordings = UploadView(take_recording)
no_such_endpoint = UploadView(take_telemetry, find_no_endpoint)
admission = AdmissionView()
otlp_admission = AdmissionView(sender_by_ingest_token)
