"""Serves audio, whole or by ranges (RFC 9110 §14), for API and pages. Who may hear it is checked before."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from observability.models import Recording
from observability.recordings import files
from observability.recordings.files import AudioPieces
from observability.recordings.kinds import content_type_of
from observability.recordings.ranges import ByteRange, Unsatisfiable, is_unchanged, range_of


@dataclass(frozen=True, slots=True)
class Sound:
    """A file that can be heard: a recording, or its copy."""

    name: str
    size_bytes: int
    etag: str
    content_type: str
    read: Callable[..., AudioPieces]
    """Takes `first` and `last`; raises MissingFile or StorageFailed."""


def original_of(recording: Recording) -> Sound:
    suffix = recording.name.rpartition(".")[2]
    return Sound(
        f"recording-{recording.revision}.{suffix}",
        recording.size_bytes,
        f'"{recording.sha256}"',
        files.content_type(recording),
        partial(files.read, recording),
    )


def copy_of(recording: Recording) -> Sound | None:
    """None until a worker has made it."""
    if recording.copy_bytes is None:
        return None
    return Sound(
        f"recording-{recording.revision}.m4a",
        recording.copy_bytes,
        f'"{recording.sha256}-copy"',
        content_type_of(".m4a"),
        partial(files.read_copy, recording),
    )


def audio_response(request: HttpRequest, sound: Sound) -> HttpResponseBase:
    """Never more than a piece in memory. Raises MissingFile or StorageFailed before anything is sent."""
    try:
        part = _part_asked_for(request, sound)
    except Unsatisfiable:
        response: HttpResponseBase = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response["Content-Range"] = f"bytes */{sound.size_bytes}"
        return _with_headers(response, sound)
    response = _body(request, sound, part)
    response["Content-Length"] = str(part.length if part else sound.size_bytes)
    if part:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = part.content_range(size=sound.size_bytes)
    return _with_headers(response, sound)


def _part_asked_for(request: HttpRequest, sound: Sound) -> ByteRange | None:
    """A range counts for GET only, and not if the file is another than the one it was made for."""
    if request.method != "GET" or not is_unchanged(request.headers.get("If-Range"), etag=sound.etag):
        return None
    return range_of(request.headers.get("Range"), size=sound.size_bytes)


def _body(request: HttpRequest, sound: Sound, part: ByteRange | None) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    return StreamingHttpResponse(sound.read(first=part.first, last=part.last) if part else sound.read())


def _with_headers(response: HttpResponseBase, sound: Sound) -> HttpResponseBase:
    response["Content-Type"] = sound.content_type
    response["Content-Disposition"] = f'inline; filename="{sound.name}"'
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = sound.etag
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
