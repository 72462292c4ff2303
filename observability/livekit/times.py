"""Moments as integer nanoseconds since 1970, from the many ways in which the SDKs write them."""

import re
from datetime import UTC, datetime

from observability.livekit.values import number
from observability.records import Value

MILLISECONDS_FROM = 1e11
"""A Unix time above this is milliseconds: as seconds it would be in the year 5138 (docs/contract.md §9.2)."""
LATEST_US = 9e15
"""The year 2255: beyond it nanoseconds leave 64 bits, and below it a float still counts single
microseconds."""

RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*([Zz]|[+-]\d\d:?\d\d)?$")


def moment_ns(value: Value) -> int | None:
    """Unix seconds, Unix milliseconds or an RFC 3339 text with any number of digits. None if absent or
    impossible."""
    if isinstance(value, str):
        return _from_rfc3339(value.strip().strip('"'))
    given = number(value)
    if given is None or given <= 0:
        return None
    microseconds = given * (1e3 if given >= MILLISECONDS_FROM else 1e6)
    return round(microseconds) * 1000 if microseconds < LATEST_US else None


def _from_rfc3339(written: str) -> int | None:
    match = RFC3339.match(written)
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    try:
        whole = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if (zone or 'Z') in 'Zz' else zone}")
        seconds = (whole - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
    ns = int(seconds) * 1_000_000_000 + int((fraction or "0")[:9].ljust(9, "0"))
    return ns if ns > 0 else None
