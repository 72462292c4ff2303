"""`…/peaks/`: the waveform of the session's recording, as fine as asked for (docs/peaks.md)."""

import gzip
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import schema
from observability.api.doors import SessionView
from observability.api.paging import number_of
from observability.api.parameters import asks_for_copy, names_of
from observability.encodings import takes_gzip
from observability.models import Waveform
from observability.queries.records import recording_of, recordings_of
from observability.recordings import waveform_files
from observability.recordings.peaks_shape import MAX_BUCKETS_AN_ANSWER, VERSION, Shape, Slice
from observability.recordings.waveform import shape_of

BUCKETS = 2_000
"""Unless asked otherwise: enough for a wide screen."""
MAX_BUCKETS_ASKED = MAX_BUCKETS_AN_ANSWER // 2 - 1
"""The level that has so many may have twice as many, and one more at either end."""
RETRY_AFTER_S = "2"
GZIP_LEVEL = 6
PARAMETERS = [
    *schema.AUDIO_REVISION,
    *(OpenApiParameter(name, OpenApiTypes.INT) for name in ("from_ms", "to_ms", "buckets", "level")),
]


class Peaks(SessionView):
    takes = names_of(PARAMETERS)

    @extend_schema(
        operation_id="session_peaks",
        summary="The waveform",
        parameters=PARAMETERS,
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            202: OpenApiTypes.OBJECT,
            304: None,
        },
    )
    def get(self, request: Request, **_: Any) -> HttpResponseBase:
        """Minimum and maximum of each bucket and channel as signed bytes behind a header of 40 bytes: docs/peaks.md.

        The coarsest level with at least `buckets` buckets from `from_ms` to `to_ms`, or the level asked for.
        Whoever may see the session may see its waveform, from which no word can be told.
        """
        asks_for_copy(request)  # of which the waveform is the same
        waveform = self.waveform(request)
        if waveform is None:
            return Response({"state": "pending"}, 202, headers={"Retry-After": RETRY_AFTER_S})
        if not waveform.name:
            raise NotFound(waveform.problem)
        shape = shape_of(waveform)
        part = part_asked_for(request, shape)
        etag = etag_of(waveform, part)
        if etag in request.headers.get("If-None-Match", ""):
            return with_headers(HttpResponseNotModified(), etag)
        first, length = shape.place_of(part)
        body = shape.header(part) + waveform_files.read(waveform, first=first, length=length)
        return with_headers(answer(request, body), etag)

    def waveform(self, request: Request) -> Waveform | None:
        """Of the newest whole revision, unless `?revision=` names another; None while none has been made."""
        if request.GET.get("revision"):
            recording = recordings_of(self.session).filter(revision=asked(request, "revision", 0)).first()
        else:
            recording = recording_of(self.session)
        if recording is None:
            raise Http404
        waveform: Waveform | None = getattr(recording, "waveform", None)
        return waveform


def part_asked_for(request: Request, shape: Shape) -> Slice:
    """Raises ParseError."""
    from_ms = asked(request, "from_ms", 0)
    to_ms = asked(request, "to_ms", int(shape.duration_ms) + 1)
    if request.GET.get("level"):
        level = asked(request, "level", 0)
        if level >= shape.levels:
            raise ParseError(f"level is a whole number below {shape.levels}.")
    else:
        buckets = asked(request, "buckets", BUCKETS)
        if not 0 < buckets <= MAX_BUCKETS_ASKED:
            raise ParseError(f"buckets is a whole number from 1 to {MAX_BUCKETS_ASKED}.")
        level = shape.coarsest_with(buckets, from_ms=from_ms, to_ms=to_ms)
    part = shape.part(level, from_ms=from_ms, to_ms=to_ms)
    if part.count > MAX_BUCKETS_AN_ANSWER:
        raise ParseError(f"That is more than {MAX_BUCKETS_AN_ANSWER} buckets; ask for a part of the time.")
    return part


def asked(request: Request, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return otherwise
    number = number_of(text)
    if number is None:
        raise ParseError(f"{name} is a whole number.")
    return number


def etag_of(waveform: Waveform, part: Slice) -> str:
    """Weak, for it is the same with and without gzip. A revision's peaks change only when analysis does."""
    return (
        f'W/"{waveform.recording.sha256[:16]}-{waveform.version}.{VERSION}'
        f'-{part.level}-{part.first}-{part.count}"'
    )


def answer(request: Request, body: bytes) -> HttpResponse:
    if not takes_gzip(request.headers.get("Accept-Encoding", "")):
        return HttpResponse(body)
    response = HttpResponse(gzip.compress(body, GZIP_LEVEL, mtime=0))
    response["Content-Encoding"] = "gzip"
    return response


def with_headers(response: HttpResponse, etag: str) -> HttpResponse:
    """A browser may keep it, and must ask each time whether it may still be seen."""
    if response.status_code == 200:
        response["Content-Type"] = "application/octet-stream"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Accept-Encoding, Authorization, Cookie"
    response["X-Content-Type-Options"] = "nosniff"
    return response
