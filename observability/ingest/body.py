"""Reads an upload's body, bounded, with or without a Content-Length.

Node sends its traces in chunks without one. Under WSGI Django takes that for an empty body; the server's own stream
has it all (docs/contract.md §2).
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Protocol

from django.http import HttpRequest

from observability.ingest.budget import Reserve
from observability.ingest.refusals import TooLarge, UnsupportedMedia
from observability.limits import MAX_OTLP_BODY_BYTES, MAX_OTLP_INFLATED_BYTES
from observability.otlp.body import inflate, read_bounded

CHUNK_BYTES = 64 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def body_stream(request: HttpRequest) -> Readable:
    """What the body is read from: the server's own stream if it comes in chunks, else Django's."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower() and "wsgi.input" in request.META:
        stream: Any = request.META["wsgi.input"]
        return stream  # type: ignore[no-any-return]
    return request


def announced_bytes(request: HttpRequest) -> int | None:
    """The Content-Length, or None if there is none that is a number."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isascii() and length.isdigit() else None


def chunks_of(stream: Readable) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def telemetry_body(request: HttpRequest, reserve: Reserve) -> bytes:
    """The inflated body. Raises TooLarge, UnsupportedMedia, and what `otlp.body` raises."""
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    is_plain = encoding in {"", "identity"}
    most_bytes = MAX_OTLP_INFLATED_BYTES if is_plain else MAX_OTLP_BODY_BYTES
    if (announced_bytes(request) or 0) > most_bytes:
        raise TooLarge(f"The body is larger than {most_bytes} bytes.")
    chunks = chunks_of(body_stream(request))
    match encoding:
        case "" | "identity":
            return read_bounded(counted(chunks, reserve), max_bytes=MAX_OTLP_INFLATED_BYTES)
        case "gzip" | "deflate":
            return inflate(
                chunks,
                max_compressed_bytes=MAX_OTLP_BODY_BYTES,
                max_bytes=MAX_OTLP_INFLATED_BYTES,
                compression=encoding,
                reserve=reserve,
            )
        case other:
            raise UnsupportedMedia(
                f"Content-Encoding {other[:40]!r} is not supported; send gzip, deflate or identity."
            )


def counted(chunks: Iterator[bytes], reserve: Reserve) -> Iterator[bytes]:
    for chunk in chunks:
        reserve(len(chunk))
        yield chunk


def digest_of(body: bytes) -> bytes:
    """Of the decoded body, so that a repeated upload is recognised however it was compressed."""
    return hashlib.blake2b(body, digest_size=16).digest()
