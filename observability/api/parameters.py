"""What may stand in an address of the API. A misspelt filter that was ignored would answer another question."""

from collections.abc import Collection, Iterable
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from observability.queries.session_filters import MAX_SHOWN, BadFilter

OF_EVERY_LIST = frozenset({"cursor", "limit"})
"""Also of those that are one page, so that scripts may read all lists alike."""
FORMAT = "format"
"""Some clients say it everywhere; there is JSON alone."""
MOST_NAMED = 5
MOST_CHARACTERS = 40


def names_of(parameters: Iterable[OpenApiParameter]) -> frozenset[str]:
    return frozenset(each.name for each in parameters)


def check_names(request: Request, known: Collection[str]) -> None:
    """Raises ParseError."""
    if request.GET.get(FORMAT, "json") != "json":
        raise ParseError("format is json, or left out.")
    unknown = sorted(request.GET.keys() - known - OF_EVERY_LIST - {FORMAT})
    if unknown:
        raise ParseError(f"{', '.join(map(shortened, unknown[:MOST_NAMED]))}: {there_are(known)}")


def there_are(known: Collection[Any]) -> str:
    if not known:
        return "this address takes no such parameter."
    return f"no parameter of this address, which takes {', '.join(sorted(known))}."


def shortened(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def zone_of(request: Request) -> tzinfo:
    """Of `?time_zone=`; UTC unless given. Raises BadFilter."""
    name = request.GET.get("time_zone", "")
    try:
        return ZoneInfo(name) if name else UTC
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise BadFilter(f"time_zone is a name such as Europe/Berlin, not “{name[:MAX_SHOWN]}”.")


def asks_for_copy(request: Request) -> bool:
    """By `?as=m4a`; otherwise for the original. Raises ParseError."""
    kind = request.GET.get("as", "")
    if kind not in ("", "m4a"):
        raise ParseError("as is m4a, or left out for the original.")
    return kind == "m4a"
