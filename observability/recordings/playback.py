"""Serves files, whole or by ranges (RFC 9110 §14), for API and pages. Who may have them is checked before."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from observability.models import Recording
from observability.recordings import files
from observability.recordings.kinds import content_type_of
from observability.recordings.ranges import ByteRange, Unsatisfiable, is_unchanged, range_of


@dataclass(frozen=True, slots=True)
class Served:
    """A file that can be read in parts."""

    size_bytes: int
    sha256: str
    content_type: str
    disposition: str
    read: Callable[[int, int], files.AudioPieces]
    """From the first to the last byte, inclusive. Raises MissingFile or StorageFailed at once."""

    @property
    def etag(self) -> str:
        return f'"{self.sha256}"'


def original_of(recording: Recording) -> Served:
    suffix = recording.name.rpartition(".")[2]
    return Served(
        size_bytes=recording.size_bytes,
        sha256=recording.sha256,
        content_type=files.content_type(recording),
        disposition=f'inline; filename="recording-{recording.revision}.{suffix}"',
        read=lambda first, last: files.read(recording, first=first, last=last),
    )


def copy_of(recording: Recording) -> Served | None:
    """None until a worker has made it."""
    if recording.copy_bytes is None:
        return None
    return Served(
        size_bytes=recording.copy_bytes,
        sha256=f"{recording.sha256}-copy",
        content_type=content_type_of(".m4a"),
        disposition=f'inline; filename="recording-{recording.revision}.m4a"',
        read=lambda first, last: files.read_copy(recording, first=first, last=last),
    )


def file_response(request: HttpRequest, file: Served) -> HttpResponseBase:
    """Never more than a piece in memory. Raises MissingFile or StorageFailed before anything is sent."""
    size = file.size_bytes
    try:
        part = _part_asked_for(request, file.etag, size)
    except Unsatisfiable:
        response: HttpResponseBase = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response["Content-Range"] = f"bytes */{size}"
        return _with_headers(response, file)
    response = _body(request, file, part)
    response["Content-Length"] = str(part.length if part else size)
    if part:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = part.content_range(size=size)
    return _with_headers(response, file)


def _part_asked_for(request: HttpRequest, etag: str, size: int) -> ByteRange | None:
    """A range counts for GET only, and not if the file is another than the one it was made for."""
    if request.method != "GET" or not is_unchanged(request.headers.get("If-Range"), etag=etag):
        return None
    return range_of(request.headers.get("Range"), size=size)


def _body(request: HttpRequest, file: Served, part: ByteRange | None) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    first, last = (part.first, part.last) if part else (0, file.size_bytes - 1)
    return StreamingHttpResponse(file.read(first, last))


def _with_headers(response: HttpResponseBase, file: Served) -> HttpResponseBase:
    response["Content-Type"] = file.content_type
    response["Content-Disposition"] = file.disposition
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = file.etag
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
