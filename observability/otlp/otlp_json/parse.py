"""JSON text into plain Python, with what JavaScript and Python clients send beyond the standard."""

import json
from typing import Any, NoReturn

import orjson

from observability.otlp.body import MalformedBody
from observability.otlp.clean import Cleaner
from observability.otlp.count import Limits


def parsed_json(body: bytes, cleaner: Cleaner, limits: Limits) -> Any:
    """Parse with orjson, or exactly where orjson cannot; text comes out free of NUL and lone surrogates.

    orjson refuses NaN, Infinity, 1e400 and lone surrogates and rounds integers beyond 64 bits; the standard
    library takes them, eight times slower. Raises MalformedBody, with the place, if neither can read it.
    """
    if _may_hold_long_integer(body):
        return cleaner.tree(_exactly_parsed(_as_text(body, cleaner), limits))
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        return cleaner.tree(_exactly_parsed(_as_text(body, cleaner), limits))
    return cleaner.tree(tree) if rb"\u0000" in body else tree


_ANY_DIGIT_AS_ZERO = bytes.maketrans(b"123456789", b"0" * 9)


def _may_hold_long_integer(body: bytes) -> bool:
    """Whether 20 digits stand in a row anywhere, which 2**64 needs; times in nanoseconds have 19."""
    return b"0" * 20 in body.translate(_ANY_DIGIT_AS_ZERO)


def _as_text(body: bytes, cleaner: Cleaner) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        cleaner.mended["utf8"] += 1
        return body.decode("utf-8-sig", errors="replace")


def _exactly_parsed(text: str, limits: Limits) -> Any:
    def bounded_integer(digits: str) -> int:
        if len(digits) > limits.integer_digits:
            raise MalformedBody(f"JSON integer has more than {limits.integer_digits} digits")
        return int(digits)

    try:
        return json.loads(text, parse_int=bounded_integer)
    except json.JSONDecodeError as error:
        _refuse(f"{error.msg} at line {error.lineno}, column {error.colno}")
    except RecursionError:
        _refuse("nested too deep")


def _refuse(reason: str) -> NoReturn:
    raise MalformedBody(f"body is not JSON: {reason}") from None
