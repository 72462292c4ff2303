"""Request bodies read within bounds, so that neither a long body nor a small bomb costs memory."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Literal

from observability import limits

Compression = Literal["gzip", "deflate"]

# zlib's own names for the two framings that OTLP exporters offer.
_WINDOW_BITS = {"gzip": 31, "deflate": 15}

# A member costs a fresh decompressor and a copy of at most one piece; bgzip needs 1,029 for 64 MiB.
MAX_GZIP_MEMBERS = 4_096
_PIECE_BYTES = 64 * 1024
# What one step may add before the limits are looked at again.
_STEP_BYTES = 1024 * 1024


class BodyTooLarge(Exception):
    """The body exceeds a limit on bytes; the message names the limit."""


class MalformedBody(Exception):
    """The body is not what its headers say; the message says what is wrong and, if known, at which byte."""


def read_bounded(chunks: Iterable[bytes], *, max_bytes: int) -> bytes:
    """Join an uncompressed body of at most `max_bytes`. Raises BodyTooLarge before it keeps more."""
    body = BytesIO()
    for chunk in _bounded(chunks, max_bytes, "body"):
        body.write(chunk)
    return body.getvalue()


def inflate(
    chunks: bytes | Iterable[bytes],
    *,
    max_compressed_bytes: int,
    max_bytes: int,
    compression: Compression = "gzip",
    reserve: Callable[[int], None] | None = None,
) -> bytes:
    """Inflate every member of a compressed body.

    `reserve` is told of each growth, in bytes and at most 1 MiB at a time, and may refuse it by raising.
    Raises BodyTooLarge beyond either limit, or when more than 8 MiB came out at over 300:1, and
    MalformedBody when the body is not of that compression, is cut short or has something behind its end.
    """
    whole = (chunks,) if isinstance(chunks, bytes) else chunks
    inflater = _Inflater(compression, max_bytes, reserve)
    for chunk in _bounded(whole, max_compressed_bytes, "compressed body"):
        for piece in _pieces(chunk):
            inflater.feed(piece)
    return inflater.finish()


def _bounded(chunks: Iterable[bytes], max_bytes: int, what: str) -> Iterator[bytes]:
    received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > max_bytes:
            raise BodyTooLarge(f"{what} exceeds {max_bytes} bytes")
        yield chunk


def _pieces(chunk: bytes) -> Iterator[bytes]:
    """Short pieces: what follows a member is copied, and must not be copied whole for each member."""
    if len(chunk) <= _PIECE_BYTES:
        yield chunk
        return
    for start in range(0, len(chunk), _PIECE_BYTES):
        yield chunk[start : start + _PIECE_BYTES]


class _Inflater:
    """Takes compressed pieces, keeps what they inflate to, and stops at the first broken bound."""

    def __init__(
        self, compression: Compression, max_bytes: int, reserve: Callable[[int], None] | None
    ) -> None:
        self._compression = compression
        self._max_bytes = max_bytes
        self._reserve = reserve
        self._member = zlib.decompressobj(_WINDOW_BITS[compression])
        self._members = 1
        self._has_more = False
        self._read_bytes = 0
        self._inflated = BytesIO()

    def feed(self, piece: bytes) -> None:
        self._read_bytes += len(piece)
        while piece or self._has_more:
            if self._member.eof:
                self._begin_next_member()
            piece = self._inflate(piece)

    def finish(self) -> bytes:
        if not self._member.eof:
            raise MalformedBody(f"{self._compression} body is cut short after {self._read_bytes} bytes")
        return self._inflated.getvalue()

    def _inflate(self, piece: bytes) -> bytes:
        """Inflate a part of `piece`; return what is left of it."""
        # One byte more than allowed tells "full" from "too much"; 0 would mean "no limit".
        step_bytes = min(self._max_bytes - self._inflated.tell() + 1, _STEP_BYTES)
        try:
            inflated = self._member.decompress(piece, step_bytes)
        except zlib.error as error:
            raise MalformedBody(self._what_is_wrong(error)) from None
        if self._reserve is not None:
            self._reserve(len(inflated))
        self._inflated.write(inflated)
        left = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        # A full step may leave output inside zlib although it has taken all input.
        self._has_more = len(inflated) == step_bytes and not self._member.eof
        self._check(self._read_bytes - len(left))
        return left

    def _check(self, consumed_bytes: int) -> None:
        inflated_bytes = self._inflated.tell()
        if inflated_bytes > self._max_bytes:
            raise BodyTooLarge(f"inflated body exceeds {self._max_bytes} bytes")
        is_bomb = inflated_bytes > limits.MAX_INFLATE_RATIO * consumed_bytes
        if is_bomb and inflated_bytes > limits.INFLATE_RATIO_FREE_BYTES:
            raise BodyTooLarge(f"body inflates more than {limits.MAX_INFLATE_RATIO}:1")

    def _begin_next_member(self) -> None:
        if self._compression != "gzip":
            raise MalformedBody("deflate body has bytes behind its end")
        if self._members == MAX_GZIP_MEMBERS:
            raise BodyTooLarge(f"gzip body has more than {MAX_GZIP_MEMBERS} members")
        self._members += 1
        self._member = zlib.decompressobj(_WINDOW_BITS["gzip"])

    def _what_is_wrong(self, error: zlib.error) -> str:
        if "incorrect header check" not in str(error):
            return f"{self._compression} body is damaged: {error}"
        if self._members > 1:
            return "gzip body has bytes behind its end that are not gzip"
        return f"body is not {self._compression}"
