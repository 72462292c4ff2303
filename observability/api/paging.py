"""Lists in pages: `{"results": […], "next": url | null}`."""

from collections.abc import Sequence
from typing import Any, TypeVar

from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from observability.queries.session_order import BadCursor

T = TypeVar("T")

RECORDS_A_PAGE = 1_000
MAX_RECORDS_A_PAGE = 10_000
MAX_DIGITS = 9


def limit_of(request: Request, *, default: int, most: int) -> int:
    """`?limit=`; more than allowed is as much as allowed."""
    wanted = request.GET.get("limit", "")
    if not wanted:
        return default
    limit = number_of(wanted)
    if not limit:
        raise ParseError(f"limit is a whole number from 1 to {most}.")
    return min(limit, most)


def page_of(request: Request, results: list[Any], next_cursor: str | None) -> Response:
    following = (
        replace_query_param(request.build_absolute_uri(), "cursor", next_cursor) if next_cursor else None
    )
    return Response({"results": results, "next": following})


def page_in_order_of_arrival(request: Request, records: Sequence[T]) -> tuple[list[T], str | None]:
    """A page of what only grows at its end, so that following `next` misses nothing, even while it grows."""
    limit = limit_of(request, default=RECORDS_A_PAGE, most=MAX_RECORDS_A_PAGE)
    start = number_of(request.GET.get("cursor") or "0")
    if start is None:
        raise BadCursor("The cursor is not one of this list's.")
    end = start + limit
    return list(records[start:end]), str(end) if end < len(records) else None


def number_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
