"""Serves audio, whole or by ranges (RFC 9110 §14), for API and pages. Who may hear it is checked before."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from observability.models import Recording
from observability.recordings import files
from observability.recordings.ranges import ByteRange, Unsatisfiable, is_unchanged, range_of


def audio_response(request: HttpRequest, recording: Recording) -> HttpResponseBase:
    """Never more than a piece in memory. Raises MissingFile or StorageFailed before anything is sent."""
    size = recording.size_bytes
    etag = f'"{recording.sha256}"'
    try:
        part = _part_asked_for(request, etag, size)
    except Unsatisfiable:
        response: HttpResponseBase = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response["Content-Range"] = f"bytes */{size}"
        return _with_headers(response, recording, etag)
    response = _body(request, recording, part)
    response["Content-Length"] = str(part.length if part else size)
    if part:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = part.content_range(size=size)
    return _with_headers(response, recording, etag)


def _part_asked_for(request: HttpRequest, etag: str, size: int) -> ByteRange | None:
    """A range counts for GET only, and not if the file is another than the one it was made for."""
    if request.method != "GET" or not is_unchanged(request.headers.get("If-Range"), etag=etag):
        return None
    return range_of(request.headers.get("Range"), size=size)


def _body(request: HttpRequest, recording: Recording, part: ByteRange | None) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    pieces = files.read(recording, first=part.first, last=part.last) if part else files.read(recording)
    return StreamingHttpResponse(pieces)


def _with_headers(response: HttpResponseBase, recording: Recording, etag: str) -> HttpResponseBase:
    suffix = recording.name.rpartition(".")[2]
    response["Content-Type"] = files.content_type(recording)
    response["Content-Disposition"] = f'inline; filename="recording-{recording.revision}.{suffix}"'
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
