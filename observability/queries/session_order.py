"""In which order sessions are listed, and where a page of each order ends.

Pages go by the sorted figure and the key, so that none is skipped or shown twice while others come.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from observability.models import Session

MAX_CURSOR_DIGITS = 18
"""Fits the 64 bits that both databases keep keys in."""
NEWEST = "newest"


class BadCursor(Exception):
    """The cursor is not one that a page gave."""


@dataclass(frozen=True, slots=True)
class Order:
    label: str
    field: str
    """Sorted by, the largest first, and then by the key; `pk` for the key alone."""


ORDERS: Mapping[str, Order] = {
    NEWEST: Order("Newest first", "pk"),
    "longest": Order("Longest first", "length_ms"),
    "slowest": Order("Slowest answer first", "slowest_answer_ms"),
    "errors": Order("Most errors first", "error_count"),
}
"""By the word in the address. Figures of sessions that are not over yet are 0, but for errors."""


def columns_of(order: Order) -> tuple[str, ...]:
    return ("-pk",) if order.field == "pk" else (f"-{order.field}", "-pk")


def cursor_at(order: Order, session: Session) -> str:
    """After this session: `figure-key`, or the key alone."""
    return str(session.pk) if order.field == "pk" else f"{getattr(session, order.field)}-{session.pk}"


def after(order: Order, cursor: str) -> Q:
    """What follows. Raises BadCursor.

    The figure's upper bound is said once more by itself: databases find no range of an index within an OR.
    """
    numbers = [parsed(part) for part in cursor.split("-")]
    if order.field == "pk" and len(numbers) == 1:
        return Q(pk__lt=numbers[0])
    if order.field == "pk" or len(numbers) != 2:
        raise BadCursor("The cursor is not one of this list's.")
    figure, key = numbers
    less, same = {f"{order.field}__lt": figure}, {order.field: figure, "pk__lt": key}
    return Q(**{f"{order.field}__lte": figure}) & (Q(**less) | Q(**same))


def parsed(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_CURSOR_DIGITS):
        raise BadCursor("The cursor is not one of this list's.")
    return int(digits)
