"""The columns of charts over time: hours, days and weeks of the reader's calendar. Plain functions."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST_BY = (("5 minutes", 3 * HOUR), ("hour", 2 * DAY), ("day", 93 * DAY))
"""Up to so long a range is shown in columns of that length; what is longer is shown in weeks."""
MAX_RANGE = timedelta(days=400)
"""A year can be told from the year before by its weeks, and no address asks for thousands of columns."""


def unit_of(since: datetime, until: datetime) -> str:
    return next((unit for unit, longest in LONGEST_BY if until - since <= longest), "week")


def starts_of(since: datetime, until: datetime, zone: tzinfo) -> list[datetime]:
    """Where each column begins, in UTC: `since`, then each full hour, midnight ... before `until`.

    A day on which clocks change has 23 or 25 hours.
    """
    starts, following = [since.astimezone(UTC)], FOLLOWING[unit_of(since, until)]
    while (start := following(starts[-1], zone).astimezone(UTC)) < until:
        starts.append(start)
    return starts


def next_of_clock(minutes: int) -> Callable[[datetime, tzinfo], datetime]:
    """Counted from the local hour: some zones are half an hour apart from the others."""

    def following(at: datetime, zone: tzinfo) -> datetime:
        local = at.astimezone(zone)
        past = timedelta(minutes=local.minute % minutes, seconds=local.second, microseconds=local.microsecond)
        return at - past + timedelta(minutes=minutes)

    return following


def next_midnight(at: datetime, zone: tzinfo) -> datetime:
    return datetime.combine(at.astimezone(zone).date() + DAY, time.min, zone)


def next_monday(at: datetime, zone: tzinfo) -> datetime:
    day = at.astimezone(zone).date()
    return datetime.combine(day + timedelta(days=7 - day.weekday()), time.min, zone)


FOLLOWING: dict[str, Callable[[datetime, tzinfo], datetime]] = {
    "5 minutes": next_of_clock(5),
    "hour": next_of_clock(60),
    "day": next_midnight,
    "week": next_monday,
}
