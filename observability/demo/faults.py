"""How failures look on spans and in logs: exception attributes and events."""

from typing import Any

from observability.demo.tree import Event

PACKAGES = "/usr/local/lib/python3.12/site-packages"


def traceback(*frames: tuple[str, int, str], error: str) -> str:
    lines = [f'  File "{path}", line {line}, in {function}' for path, line, function in frames]
    return "\n".join(["Traceback (most recent call last):", *lines, error, ""])


def exception_attributes(kind: str, message: str, stacktrace: str) -> dict[str, Any]:
    return {"exception.type": kind, "exception.message": message, "exception.stacktrace": stacktrace}


def exception_event(at_ns: int, kind: str, message: str, stacktrace: str) -> Event:
    attributes = exception_attributes(kind, message, stacktrace) | {"exception.escaped": "False"}
    return Event("exception", at_ns, attributes)
