"""The doors for agents. Each checks, hands on, and answers so that the SDKs understand (docs/contract.md §2, §4)."""

import logging
import time
from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from observability.ingest import recording
from observability.ingest.answers import Answers, JsonAnswers, ProtobufAnswers
from observability.ingest.body import telemetry_body
from observability.ingest.budget import in_flight
from observability.ingest.credentials import IngestTokenAuthentication, LiveKitTokenAuthentication, Sender
from observability.ingest.pace import pace
from observability.ingest.refusals import (
    BrokeOff,
    Malformed,
    NoSuchEndpoint,
    OnlyPost,
    Refused,
    TooLarge,
    Unauthenticated,
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

SENDER_GONE = (UnreadablePostError, ConnectionAbortedError)
"""How Django and the server's own stream tell that a body ended early."""


class AnswerInKind(BaseContentNegotiation):
    """The answer is written in what the request is written in; exporters ask for nothing else."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: Any = None
    ) -> tuple[BaseRenderer, str]:
        is_json = request.META.get("CONTENT_TYPE", "").strip().lower().startswith("application/json")
        is_json = is_json or "text/html" in request.META.get(
            "HTTP_ACCEPT", ""
        )  # a browser shows it, and saves the other
        chosen = JsonAnswers() if is_json else ProtobufAnswers()
        return chosen, chosen.media_type


class UploadView(APIView):
    """Authenticates before the body is read, and answers every refusal with a `google.rpc.Status`."""

    authentication_classes = [LiveKitTokenAuthentication]
    permission_classes = []
    parser_classes = []
    renderer_classes = [ProtobufAnswers, JsonAnswers]
    content_negotiation_class = AnswerInKind
    throttle_classes = []
    schema = None
    http_method_names = ["post"]
    signal = ""

    @property
    def sender(self) -> Sender:
        """Whom LiveKitTokenAuthentication found."""
        assert isinstance(self.request.user, Sender)
        return self.request.user

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        began = time.perf_counter()
        response: Any = super().dispatch(request, *args, **kwargs)
        refusal = getattr(response, "data", None)
        outcome = refusal.reason if isinstance(refusal, Refused) else "accepted"
        count_upload(self.signal or kwargs.get("signal", "none"), outcome, time.perf_counter() - began)
        return response  # type: ignore[no-any-return]

    def handle_exception(self, exc: Exception) -> Response:
        refusal = refusal_of(exc)
        note_refusal(
            refusal,
            self.request,
            signal=self.signal or self.kwargs.get("signal", ""),
            project=self.kwargs.get("project"),
        )
        return self.told(refusal)

    def told(self, refusal: Refused) -> Response:
        headers = dict(refusal.headers)
        if refusal.retry_after_s is not None:
            headers["Retry-After"] = str(refusal.retry_after_s)
        response = Response(refusal, status=refusal.status, headers=headers)
        response.exception = True
        if isinstance(refusal, BrokeOff):
            response._has_been_logged = True  # type: ignore[attr-defined]  # as an error, if Django did it
        return response


class TelemetryView(UploadView):
    """`POST [/p/<project>]/observability/{traces,logs,metrics}/otlp/v0`"""

    name_sessions: NameSessions | None = None
    """How records that name no job are given one."""

    def check_throttles(self, request: Request) -> None:
        """Recordings are not counted: there is one a session, and four refusals lose it for good."""
        pace.take(self.sender.project)

    def post(self, request: Request, signal: Signal, project: str | None = None) -> HttpResponse:
        with in_flight.reservation() as reserve:
            body = telemetry_body(request._request, reserve)
            content_type = request.META.get("CONTENT_TYPE", "")
            accepted = accept_telemetry(
                self.sender.project,
                signal,
                body,
                content_type,
                now=timezone.now(),
                name_sessions=self.name_sessions,
            )
            return told_accepted(request, accepted)


class OtlpView(TelemetryView):
    """`POST [/p/<project>]/v1/{traces,logs,metrics}`: any OpenTelemetry exporter (OTLP/HTTP, docs/otlp.md)."""

    authentication_classes = [IngestTokenAuthentication]
    name_sessions = staticmethod(by_conversation)


class RecordingView(UploadView):
    """`POST [/p/<project>]/observability/recordings/v0`"""

    signal = "recording"

    def post(self, request: Request, project: str | None = None) -> HttpResponse:
        accepted = recording.accept_upload(self.sender.project, request._request)
        hold_ms = recording.hold_ms(request._request)
        response = told_accepted(request, accepted)
        if hold_ms:
            response.headers[HOLD_HEADER] = str(hold_ms)
        return response


class AdmissionView(UploadView):
    """`GET /admission/<an upload's path>`: a proxy asks whether this sender may upload, before it takes the body.

    204, or the status of the refusal, which is noted when the upload itself is refused.
    """

    http_method_names = ["get"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """It is no upload, and is not counted as one."""
        return APIView.dispatch(self, request, *args, **kwargs)  # type: ignore[return-value]

    def get(self, request: Request, **where: str) -> HttpResponse:
        return HttpResponse(status=204)

    def handle_exception(self, exc: Exception) -> Response:
        return self.told(refusal_of(exc))


class NoSuchEndpointView(UploadView):
    """Whatever else is below /observability/: never HTML, never a redirect."""

    authentication_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NoSuchEndpoint(
            "There is no such upload endpoint. Agents are given the address up to /p/<project>; see docs/connect.md."
        )


def told_accepted(request: Request, accepted: Any) -> HttpResponse:
    """In the request's own encoding, written at once: DRF's own answer, rendered later, costs an upload a twentieth."""
    answers: Answers = request.accepted_renderer  # type: ignore[assignment]
    return HttpResponse(answers.render(accepted), content_type=answers.media_type)


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
        case exceptions.MethodNotAllowed():
            return OnlyPost("Uploads are sent with POST.")
        case exceptions.AuthenticationFailed() | exceptions.NotAuthenticated():
            return Unauthenticated(str(error))
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


telemetry = TelemetryView.as_view()
otlp = OtlpView.as_view()
recordings = RecordingView.as_view()
admission = AdmissionView.as_view()
otlp_admission = AdmissionView.as_view(authentication_classes=[IngestTokenAuthentication])
no_such_endpoint = NoSuchEndpointView.as_view()


def answer_directly(request: HttpRequest, view: Any, kwargs: dict[str, Any]) -> HttpResponse:
    response = view(request, **kwargs)
    if hasattr(response, "render") and not response.is_rendered:
        response.render()
    return response  # type: ignore[no-any-return]
