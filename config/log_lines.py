"""Log lines as JSON, one object each, for whoever collects them. Nothing of a session's contents."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from config.request_id import context


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
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


def first_line(message: str) -> str:
    """Of an error: what follows is where databases repeat the row."""
    return message.partition("\n")[0][:300]
