"""An export request in JSON, parsed and made into records."""

from collections.abc import Callable, Iterator

from observability.otlp.body import MalformedBody
from observability.otlp.clean import BadRecord, Cleaner
from observability.otlp.count import Limits, check_json_items
from observability.otlp.otlp_json.fields import Json
from observability.otlp.otlp_json.logs import log_batches
from observability.otlp.otlp_json.metrics import metric_batches
from observability.otlp.otlp_json.parse import parsed_json
from observability.otlp.otlp_json.spans import span_batches
from observability.otlp.result import Batch, Decoded, decoded
from observability.otlp.shape import Signal

_BATCHES: dict[Signal, Callable[[Json, Cleaner], Iterator[Batch]]] = {
    "traces": span_batches,
    "logs": log_batches,
    "metrics": metric_batches,
}


def read_json(signal: Signal, body: bytes, limits: Limits) -> Decoded:
    """Raises TooManyItems, and MalformedBody if no records can be told apart in the body."""
    cleaner = Cleaner(limits.nesting)
    request = parsed_json(body, cleaner, limits)
    if not isinstance(request, dict):
        raise MalformedBody(f"body is not an OTLP {signal} request: JSON is not an object")
    check_json_items(request, body, limits)
    try:
        return decoded(_BATCHES[signal](request, cleaner), cleaner)
    except BadRecord as bad:  # in a group, resource or scope, which all its records need
        raise MalformedBody(f"body is not an OTLP {signal} request: {bad}") from None
