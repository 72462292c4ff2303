"""Work of ours that a collector may be told of; nothing happens here unless config/tracing.py has begun to listen."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Listener = Callable[[str], AbstractContextManager[None]]
_listener: Listener | None = None


def listen(listener: Listener) -> None:
    """Once, at the start of a process."""
    global _listener
    _listener = listener


def watched(name: str) -> AbstractContextManager[None]:
    """`with watched("job seal-session"):`. The name is a word of ours, never a tenant's."""
    return nullcontext() if _listener is None else _listener(name)
