"""An export request in protobuf, parsed and made into records."""

from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.message import DecodeError, Message

from observability.otlp.body import MalformedBody
from observability.otlp.clean import BadRecord, Cleaner
from observability.otlp.count import Limits
from observability.otlp.protobuf.logs import log_batches
from observability.otlp.protobuf.metrics import metric_batches
from observability.otlp.protobuf.repair import with_valid_text
from observability.otlp.protobuf.spans import span_batches
from observability.otlp.result import Batch, Decoded, decoded
from observability.otlp.shape import REQUESTS, WHOLE, Signal

_BATCHES: dict[Signal, Callable[[Any, Cleaner], Iterator[Batch]]] = {
    "traces": span_batches,
    "logs": log_batches,
    "metrics": metric_batches,
}


def read_protobuf(signal: Signal, body: bytes, limits: Limits) -> Decoded:
    """Raises MalformedBody if no records can be told apart in the body."""
    cleaner = Cleaner(limits.nesting)
    request = _parsed(signal, body, cleaner)
    try:
        return decoded(_BATCHES[signal](request, cleaner), cleaner)
    except BadRecord as bad:  # in a resource or scope, which all its records need
        raise MalformedBody(f"resource or scope: {bad}") from None


def _parsed(signal: Signal, body: bytes, cleaner: Cleaner) -> Message:
    try:
        return REQUESTS[signal].FromString(body)
    except DecodeError:
        mended_body, mended = with_valid_text(body, WHOLE[signal])
    try:
        request = REQUESTS[signal].FromString(mended_body)
    except DecodeError:
        raise MalformedBody(f"body is not an OTLP {signal} request in protobuf") from None
    cleaner.mended["utf8"] += mended
    return request
