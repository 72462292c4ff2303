"""Reading attribute values of any type without ever raising: a wrong type counts as absent."""

import json
import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from observability.records import Value

NOTHING: Mapping[str, Value] = {}

HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
HALF = re.compile("[\ud800-\udfff]")


def text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def number(value: Value) -> float | None:
    """A finite float; booleans, strings and `{"$double": "NaN"}` count as absent."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        converted = float(value)
    except OverflowError:
        return None
    return converted if math.isfinite(converted) else None


def integer(value: Value) -> int | None:
    converted = number(value)
    return None if converted is None or abs(converted) >= 2**63 else int(converted)


def flag(value: Value) -> bool | None:
    """A truth value; some attributes carry it as the words "true" and "false" (docs/contract.md §6.3)."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else NOTHING


def sequence(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def texts(value: Value) -> tuple[str, ...]:
    """A list of strings, or a JSON string of one (Node's `lk.function_tools`)."""
    listed = parsed(value) if isinstance(value, str) else value
    return tuple(item for item in sequence(listed) if isinstance(item, str))


def parsed(value: Value) -> Value:
    """What a JSON string says, or the value itself where it is not JSON; numbers JSON cannot say become
    None."""
    if not isinstance(value, str):
        return value
    try:
        said = _DECODER.decode(value)
    except (ValueError, RecursionError):
        return value
    return _whole(said) if HALF_ESCAPED.search(value) else said


def _whole(said: Value) -> Value:
    """Half of a character, which JSON can escape and nothing can encode, becomes the mark for an unknown one."""
    if isinstance(said, str):
        return HALF.sub("\N{REPLACEMENT CHARACTER}", said)
    if isinstance(said, list):
        return [_whole(inner) for inner in said]
    if isinstance(said, dict):
        return {str(_whole(name)): _whole(inner) for name, inner in said.items()}
    return said


def parsed_mapping(value: Value) -> Mapping[str, Value]:
    return mapping(parsed(value))


def either(source: Mapping[str, Value], name: str) -> Value:
    """The value under a snake_case name or, in older SDKs, its camelCase twin."""
    value = source.get(name)
    return source.get(camel_case(name)) if value is None else value


@cache
def camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


@lru_cache(maxsize=1024)
def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _finite(digits: str) -> Any:
    converted = float(digits)
    return converted if math.isfinite(converted) else None


_DECODER = json.JSONDecoder(parse_constant=lambda _name: None, parse_float=_finite)
"""Made once: json.loads makes one for each call that is given any of these."""
