"""What is mended in a record rather than rejected, and how often: PostgreSQL takes no NUL, no surrogate."""

import re
from collections import Counter
from typing import Any

MAX_INT64 = 2**63 - 1
MIN_INT64 = -(2**63)

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NO_TRACE_ID = bytes(16)
_NO_SPAN_ID = bytes(8)


class BadRecord(Exception):
    """One record cannot be kept; its neighbours can. The message is the reason that the sender is told."""


class Cleaner:
    """Mends values and counts by kind: text, id, time, integer."""

    __slots__ = ("mended", "nesting")

    def __init__(self, nesting: int) -> None:
        self.mended: Counter[str] = Counter()
        self.nesting = nesting

    def text(self, text: str) -> str:
        """For text that is valid Unicode already: only NUL is looked for."""
        return self.any_text(text) if "\x00" in text else text

    def any_text(self, text: str) -> str:
        mended, times = _UNSTORABLE.subn("\ufffd", text)
        if times:
            self.mended["text"] += 1
        return mended

    def tree(self, value: Any) -> Any:
        """A parsed JSON value with all of its text mended, keys included."""
        if isinstance(value, str):
            return self.any_text(value)
        if isinstance(value, list):
            return [self.tree(inner) for inner in value]
        if isinstance(value, dict):
            return {self.any_text(key): self.tree(inner) for key, inner in value.items()}
        return value

    def time_ns(self, time_ns: int) -> int:
        """A time that a database can hold; 0 for one that it cannot."""
        if 0 <= time_ns <= MAX_INT64:
            return time_ns
        self.mended["time"] += 1
        return 0

    def trace_id(self, trace_id: bytes) -> str:
        """An id that may be absent: hexadecimal, or "" for none or a bad one."""
        if len(trace_id) == 16 and trace_id != _NO_TRACE_ID:
            return trace_id.hex()
        return self._no_id(trace_id)

    def span_id(self, span_id: bytes) -> str:
        """As `trace_id`, of 8 bytes."""
        if len(span_id) == 8 and span_id != _NO_SPAN_ID:
            return span_id.hex()
        return self._no_id(span_id)

    def _no_id(self, bad_id: bytes) -> str:
        if bad_id:
            self.mended["id"] += 1
        return ""

    def deeper(self, depth: int) -> int:
        """The next level of a nested value. Raises BadRecord beyond the limit."""
        if depth >= self.nesting:
            raise BadRecord(f"value is nested deeper than {self.nesting} levels")
        return depth + 1


def span_identity(trace_id: bytes, span_id: bytes) -> tuple[str, str]:
    """A span's own ids as hexadecimal. Raises BadRecord: a span without them is none."""
    if len(trace_id) != 16:
        raise BadRecord("trace_id is not 16 bytes")
    if len(span_id) != 8:
        raise BadRecord("span_id is not 8 bytes")
    if trace_id == _NO_TRACE_ID or span_id == _NO_SPAN_ID:
        raise BadRecord("trace_id or span_id is all zero")
    return trace_id.hex(), span_id.hex()
