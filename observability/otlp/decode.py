"""The one way from a request's body to records, whatever it is written in."""

from typing import Literal

from observability.otlp.count import Limits, check_json, check_protobuf
from observability.otlp.otlp_json.reader import read_json
from observability.otlp.protobuf.reader import read_protobuf
from observability.otlp.result import Decoded
from observability.otlp.shape import Signal

Encoding = Literal["protobuf", "json"]


class UnsupportedContentType(Exception):
    """The body is neither OTLP/protobuf nor OTLP/JSON."""


def encoding_of(content_type: str) -> Encoding:
    """The encoding that a Content-Type header names. Raises UnsupportedContentType."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in ("application/x-protobuf", "application/protobuf"):
        return "protobuf"
    if media_type == "application/json":
        return "json"
    raise UnsupportedContentType(f"content type {media_type[:80]!r} is neither protobuf nor JSON")


def decode(signal: Signal, body: bytes, content_type: str, limits: Limits) -> Decoded:
    """Decode an inflated export request into records.

    Raises UnsupportedContentType, TooManyItems (before memory is spent) and MalformedBody, nothing else.
    """
    if encoding_of(content_type) == "json":
        check_json(body, limits)
        return read_json(signal, body, limits)
    check_protobuf(signal, body, limits)
    return read_protobuf(signal, body, limits)
