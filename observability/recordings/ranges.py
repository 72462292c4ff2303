"""The `Range` and `If-Range` headers of RFC 9110 §14, as far as audio needs them. Pure."""

import re
from dataclasses import dataclass

# A hundred digits are beyond any file and still cheap to read.
_SINGLE = re.compile(r"bytes=[ \t]*([0-9]{0,100})-([0-9]{0,100})[ \t]*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range begins behind the end of the file: 416."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Part of a file, with both of its ends, as `Content-Range` names it. Never empty."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    def content_range(self, *, size: int) -> str:
        return f"bytes {self.first}-{self.last}/{size}"


def range_of(header: str | None, *, size: int) -> ByteRange | None:
    """The part that the header asks for, or None for the whole file.

    A header that is not understood is ignored, as the RFC wants, and so are several ranges at once: no
    player has a use for them, and overlapping ones are a known way to make a server work.

    Raises Unsatisfiable.
    """
    match = _SINGLE.fullmatch(header or "")
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        return _suffix(int(match[2]), size=size)
    first, last = int(match[1]), int(match[2] or size)
    if match[2] and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return ByteRange(first, min(last, size - 1))


def is_unchanged(if_range: str | None, *, etag: str) -> bool:
    """Whether the range may be served: always without `If-Range`, else only for exactly this strong tag.

    A date never matches, since no `Last-Modified` is sent that it could come from.
    """
    return if_range is None or if_range.strip() == etag


def _suffix(length: int, *, size: int) -> ByteRange | None:
    if length == 0:
        raise Unsatisfiable
    if size == 0:
        return None
    return ByteRange(max(0, size - length), size - 1)
