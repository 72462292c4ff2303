"""Typed fields of OTLP's JSON objects, in camelCase or snake_case; null is as good as absent.

Every reader raises BadRecord, naming the field, for a value of the wrong type.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from observability.otlp.clean import MAX_INT64, MIN_INT64, BadRecord, Cleaner
from observability.otlp.values import double_value
from observability.records import Value

Json = dict[str, Any]

_INTEGER = re.compile(r"-?[0-9]{1,100}")
_HUMP = re.compile("[A-Z]")
_DOUBLES = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

MAX_INT32 = 2**31 - 1
MAX_UINT32 = 2**32 - 1
MAX_UINT64 = 2**64 - 1

_SNAKE_CASE: dict[str, str] = {}


def field(parent: Json, name: str) -> Any:
    """The field of that camelCase name, or of the same name in snake_case; None if absent."""
    value = parent.get(name)
    if value is not None:
        return value
    snake_name = _SNAKE_CASE.get(name)
    if snake_name is None:
        # Names come from our code only, so this memory stays small.
        snake_name = _SNAKE_CASE[name] = _HUMP.sub(lambda hump: "_" + hump[0].lower(), name)
    return parent.get(snake_name)


def objects(parent: Json, name: str) -> list[Json]:
    """A list of objects."""
    found = field(parent, name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise BadRecord(f"{name} is not a list")
    for inner in found:
        if not isinstance(inner, dict):
            raise BadRecord(f"{name} holds something that is not an object")
    return found


def records_in(parent: Json, name: str) -> list[Any]:
    """A list of records, not looked at yet: one that is no object must not cost its neighbours."""
    found = field(parent, name)
    if found is not None and not isinstance(found, list):
        raise BadRecord(f"{name} is not a list")
    return found or []


def as_object(value: Any, name: str) -> Json:
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    raise BadRecord(f"{name} is not an object")


def text(parent: Json, name: str) -> str:
    found = field(parent, name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise BadRecord(f"{name} is not a string")
    return found


def flag(parent: Json, name: str) -> bool:
    found = field(parent, name)
    if found is None:
        return False
    if not isinstance(found, bool):
        raise BadRecord(f"{name} is not a boolean")
    return found


def as_integer(value: Any, name: str) -> int:
    """A whole number as JSON writes it: 5, 5.0 or "5"; of any size up to 100 digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    raise BadRecord(f"{name} is not an integer")


def integer(parent: Json, name: str, *, least: int = 0, most: int = MAX_UINT32) -> int:
    found = field(parent, name)
    if found is None:
        return 0
    number = as_integer(found, name)
    if not least <= number <= most:
        raise BadRecord(f"{name} is out of range")
    return number


def enumeration(parent: Json, name: str, numbers: Mapping[str, int]) -> int:
    """An enumeration's value, given by number or by name."""
    found = field(parent, name)
    if isinstance(found, str) and found in numbers:
        return numbers[found]
    return integer(parent, name, least=-MAX_INT32 - 1, most=MAX_INT32)


def time_ns(parent: Json, name: str, cleaner: Cleaner) -> int:
    """A time; 0, and counted, if it does not fit in 63 bits."""
    found = field(parent, name)
    return 0 if found is None else cleaner.time_ns(as_integer(found, name))


def raw_id(parent: Json, name: str) -> bytes:
    """A trace or span id from hexadecimal. Else one byte: too short for an id, yet not none."""
    found = text(parent, name)
    try:
        return bytes.fromhex(found)
    except ValueError:
        return b"?"


def as_double(value: Any, name: str) -> Value:
    """A double as the record schema writes it; strings are accepted as protobuf's JSON mapping has them."""
    if isinstance(value, str):
        return double_value(_double_from_text(value, name))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRecord(f"{name} is not a number")
    return double_value(float(value))


def _double_from_text(written: str, name: str) -> float:
    if written in _DOUBLES:
        return _DOUBLES[written]
    try:
        return float(written)
    except ValueError:
        raise BadRecord(f"{name} is not a number") from None


def int64_or_text(value: Any, name: str, cleaner: Cleaner) -> int | str:
    """An attribute's integer; one beyond 64 bits, which no database takes, is kept as its digits."""
    number = as_integer(value, name)
    if MIN_INT64 <= number <= MAX_INT64:
        return number
    cleaner.mended["integer"] += 1
    return str(number)
