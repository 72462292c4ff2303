"""The reader's time zone, which the browser tells in a cookie. The pages themselves carry exact UTC moments."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest

COOKIE = "time_zone"


def zone_of(request: HttpRequest) -> tzinfo:
    try:
        return ZoneInfo(request.COOKIES[COOKIE])
    except (KeyError, ValueError, OSError, ZoneInfoNotFoundError):
        return UTC
