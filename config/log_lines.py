"""Log lines, plain or as JSON, one object each, for whoever collects them. Nothing of a session's contents."""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from config.request_id import context

AFTER_FIRST_LINE = re.compile(r"(?:\n|\\n).*", re.DOTALL)
"""Also where the message repeats an error as Python writes it."""


class PlainLines(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802  (logging's name)
        return "\n".join(places_and_message(error) for error in chain_of(ei[1]))


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": first_line(record.getMessage()),
            **context.get(),
        }
        if record.exc_info and record.exc_info[1]:
            told["error"] = error_told(record.exc_info[1])
        return json.dumps(told, default=str)


def error_told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "type": type(error).__name__,
        "message": first_line(str(error)),
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """What it came of first, as Python tells it."""
    if error is not None:
        hidden = error.__suppress_context__ and error.__cause__ is None
        yield from chain_of(None if hidden else error.__cause__ or error.__context__)
        yield error


def places_and_message(error: BaseException) -> str:
    places = "".join(traceback.format_tb(error.__traceback__))
    return f"{places}{type(error).__name__}: {first_line(str(error))}"


def first_line(message: str) -> str:
    """Of an error: what follows is where databases repeat the row."""
    return AFTER_FIRST_LINE.sub("", message)[:300]
