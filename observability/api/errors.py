"""One shape for everything that the API refuses: `{"error": {"code", "message"}}`."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import server_error
from rest_framework import exceptions, status
from rest_framework.response import Response

from observability.exports.ask import TooManyExports
from observability.imports.refusals import ImportRefused, NotNow, TooMuch
from observability.journal.archive import ArchiveLost
from observability.queries.session_filters import BadFilter
from observability.queries.session_order import BadCursor
from observability.recordings.files import MissingFile, StorageFailed

logger = logging.getLogger(__name__)

NOT_FOUND = "There is no such thing, or it is not yours to see."
LATER_S = 10
"""Until a zip of several that are being made may be done."""
CODES = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    410: "gone",
    413: "too-large",
    415: "unsupported-media-type",
    416: "range-not-satisfiable",
    429: "too-many-requests",
    500: "broken",
    503: "unavailable",
}
BROKEN = "Something broke on our side; it has been logged. Try again in a moment."


class Lost(exceptions.APIException):
    status_code = status.HTTP_410_GONE
    default_detail = "The file is lost; its session is still here."


class RecordsLost(Lost):
    default_detail = "The records of this session are lost; what its list row says is still here."


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class RangeNotSatisfiable(exceptions.APIException):
    status_code = status.HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE
    default_detail = "The range begins behind the end of the file; Content-Range tells its size."


class Unavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The storage cannot be reached; try again."


def server_error_in_kind(request: HttpRequest) -> HttpResponse:
    """Django's handler500: scripts are told in the API's shape, people by a page."""
    if request.path_info.startswith("/api/"):
        return JsonResponse({"error": {"code": CODES[500], "message": BROKEN}}, status=500)
    return server_error(request)


def error_answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None for what nobody foresaw: that is Django's to log."""
    refusal = refusal_of(error)
    if refusal is None:
        return None
    headers = {}
    if challenge := getattr(refusal, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if refusal.status_code == 429:
        headers["Retry-After"] = str(getattr(refusal, "wait", None) or LATER_S)
    if refusal.status_code == 503:
        headers["Retry-After"] = "2"
    return Response(body_of(refusal), status=refusal.status_code, headers=headers)


def refusal_of(error: Exception) -> exceptions.APIException | None:
    match error:
        case exceptions.APIException():
            return error
        case Http404():
            return exceptions.NotFound(NOT_FOUND)
        case PermissionDenied():
            return exceptions.PermissionDenied(str(error) or None)
        case BadCursor() | BadFilter():
            return exceptions.ParseError(str(error))
        case RequestDataTooBig():
            return TooLarge(f"A body is at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes here.")
        case TooManyExports():
            return exceptions.Throttled(detail=str(error))
        case ImportRefused():
            return refusal_of_import(error)
        case _:
            return trouble_of_ours(error)


def refusal_of_import(error: ImportRefused) -> exceptions.APIException:
    match error:
        case TooMuch():
            return TooLarge(str(error))
        case NotNow():
            return Unavailable(str(error))
        case _:
            return exceptions.ParseError(str(error))


def trouble_of_ours(error: Exception) -> exceptions.APIException | None:
    match error:
        case ArchiveLost():
            return RecordsLost()
        case MissingFile():
            return Lost()
        case StorageFailed():
            return Unavailable()
        case OperationalError():
            logger.error("The API was asked without a database: %s", str(error).partition("\n")[0])
            return Unavailable("The database cannot be reached; try again.")
        case _:
            return None


def body_of(refusal: exceptions.APIException) -> dict[str, Any]:
    message = refusal.detail if isinstance(refusal.detail, str) else "; ".join(sentences(refusal.detail))
    return {"error": {"code": CODES.get(refusal.status_code, "refused"), "message": str(message)}}


def sentences(detail: Any) -> list[str]:
    if isinstance(detail, dict):
        return [f"{name}: {sentence}" for name, value in detail.items() for sentence in sentences(value)]
    if isinstance(detail, list):
        return [sentence for value in detail for sentence in sentences(value)]
    return [str(detail)]
