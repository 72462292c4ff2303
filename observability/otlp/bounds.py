"""What one export request may hold here: the numbers of `observability.limits`."""

from observability import limits
from observability.otlp.count import Limits

LIMITS = Limits(
    records=limits.MAX_ITEMS_PER_REQUEST,
    events_and_links=limits.MAX_EVENTS_PER_REQUEST,
    attributes=limits.MAX_ATTRIBUTES_PER_REQUEST,
    nesting=limits.MAX_ATTRIBUTE_DEPTH,
    json_depth=limits.MAX_JSON_DEPTH,
    integer_digits=limits.MAX_JSON_INTEGER_DIGITS,
)
