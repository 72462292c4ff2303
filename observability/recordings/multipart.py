"""Takes a multipart body apart as it comes: where one part cannot be read, the next boundary begins another.

Django's own loop gives the whole body up there, and takes one that ended for one that was closed. What it makes of
boundaries and of a part's headers is good for both, so only the loop is ours.
"""

import binascii
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from django.http.multipartparser import (  # type: ignore[attr-defined]  # the stubs leave functions out
    MAX_TOTAL_HEADER_SIZE,
    ChunkIter,
    InterBoundaryIter,
    LazyStream,
    MultiPartParser,
    MultiPartParserError,
    exhaust,
    parse_boundary_stream,
)
from django.utils.http import parse_header_parameters

CHUNK_BYTES = 64 * 1024
CLOSE = b"--"
"""Behind the last boundary."""


class MalformedForm(Exception):
    """The body is no multipart/form-data with a part of ours in it; the message says why."""


class Undecodable(Exception):
    """The part's bytes are not in the encoding that its headers name."""


class Body(Protocol):
    """A request, or `wsgi.input` where the body comes without a Content-Length."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SentPart:
    name: str
    """"" if the part's headers cannot be read, or name nothing."""
    chunks: Iterator[bytes]
    """To be read before the next part is asked for. Raises Undecodable."""
    promised_bytes: int | None = None


class Multipart:
    """The parts in the order in which they were sent. Raises what reading the body raises, and SuspiciousOperation."""

    def __init__(self, body: Body, content_type: str) -> None:
        self._body = body
        self._boundary = _boundary_of(content_type)
        self.has_begun = False
        self.is_closed = False
        """Once all parts are read: whether the body came to its end, or broke off."""

    def __iter__(self) -> Iterator[SentPart]:
        stream = LazyStream(ChunkIter(self._body, CHUNK_BYTES))  # type: ignore[arg-type]  # it only reads
        pieces = iter(InterBoundaryIter(stream, b"--" + self._boundary))
        exhaust(next(pieces, b""))
        for piece in pieces:
            self.has_begun = True
            if _begins_with(piece, CLOSE):
                self.is_closed = True
                break
            yield _part_of(piece)
            exhaust(piece)
        exhaust(stream)


def _boundary_of(content_type: str) -> bytes:
    try:
        kind, options = parse_header_parameters(content_type)
    except (ValueError, LookupError) as fault:
        raise MalformedForm("The Content-Type cannot be read.") from fault
    boundary = options.get("boundary", "")
    if not kind.startswith("multipart/") or not MultiPartParser.boundary_re.fullmatch(boundary):
        raise MalformedForm("The Content-Type is not multipart/form-data with a boundary.")
    return boundary.encode("ascii")


def _begins_with(piece: LazyStream, mark: bytes) -> bool:
    first = piece.read(len(mark))
    piece.unget(first)
    return first == mark


def _part_of(piece: LazyStream) -> SentPart:
    try:
        _, headers, content = parse_boundary_stream(piece, MAX_TOTAL_HEADER_SIZE)
        name = headers["content-disposition"][1]["name"].decode(errors="replace").strip()
    except (MultiPartParserError, ValueError, LookupError):
        return SentPart("", iter(()))
    if headers.get("content-transfer-encoding", ("",))[0].strip() == "base64":
        # Its Content-Length counts what is encoded.
        return SentPart(name, _from_base64(content))
    return SentPart(name, iter(content), _number(headers.get("content-length", ("",))[0]))


def _from_base64(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        rest += b"".join(chunk.split())
        whole = len(rest) // 4 * 4
        yield _decoded(rest[:whole])
        rest = rest[whole:]
    if rest:
        raise Undecodable("base64")


def _decoded(encoded: bytes) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except binascii.Error as fault:
        raise Undecodable("base64") from fault


def _number(written: str) -> int | None:
    written = written.strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 20 else None
