"""What `views` answers: the export response or the refusal, in the request's own encoding."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from observability.ingest.refusals import BrokeOff, Refused
from observability.ingest.telemetry import Accepted
from observability.otlp.answers import CONTENT_TYPES, refusal, success
from observability.otlp.decode import Encoding


def told_accepted(request: HttpRequest, accepted: Any) -> HttpResponse:
    """A recording's answer is empty."""
    encoding = encoding_for(request)
    content = b""
    if isinstance(accepted, Accepted):
        content = success(accepted.signal, encoding, rejected=accepted.rejected, message=accepted.message)
    return HttpResponse(content, content_type=CONTENT_TYPES[encoding])


def told_refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    encoding = encoding_for(request)
    response = HttpResponse(
        refusal(refused.grpc_code, str(refused), encoding, retry_after_s=refused.retry_after_s),
        content_type=CONTENT_TYPES[encoding],
        status=refused.status,
        headers=dict(refused.headers),
    )
    if refused.retry_after_s is not None:
        response.headers["Retry-After"] = str(refused.retry_after_s)
    if isinstance(refused, BrokeOff):
        response._has_been_logged = True  # type: ignore[attr-defined]  # as an error, if Django did it
    return response


def encoding_for(request: HttpRequest) -> Encoding:
    """What the request is written in; exporters ask for nothing else. A browser shows JSON, and saves the other."""
    is_json = request.META.get("CONTENT_TYPE", "").strip().lower().startswith("application/json")
    return "json" if is_json or "text/html" in request.META.get("HTTP_ACCEPT", "") else "protobuf"
