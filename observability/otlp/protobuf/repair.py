"""Text that is not UTF-8, put right in the raw message: for one such byte upb refuses the whole request."""

from observability.otlp import wire
from observability.otlp.body import MalformedBody
from observability.otlp.shape import Shape


def with_valid_text(body: bytes, shape: Shape) -> tuple[bytes, int]:
    """The message with invalid UTF-8 replaced by U+FFFD, and in how many texts.

    Raises MalformedBody, with the byte where it was seen, if the body is no protobuf at all.
    """
    repair = _Repair(body)
    return repair.message(shape, 0, len(body), 1), repair.mended


class _Repair:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self.mended = 0

    def message(self, shape: Shape, start: int, end: int, depth: int) -> bytes:
        if depth > wire.MAX_MESSAGE_DEPTH:
            raise MalformedBody(
                f"protobuf is nested deeper than {wire.MAX_MESSAGE_DEPTH} messages at byte {start}"
            )
        rebuilt = bytearray()
        for tag, position, value, stop in wire.fields(self._body, start, end):
            part = shape.get(tag)
            if part is None or not (part.is_text or part.message):
                rebuilt += self._body[position:stop]
                continue
            inner = self._text(value, stop) if part.is_text else b""
            if part.message:
                inner = self.message(part.message, value, stop, depth + 1)
            rebuilt += wire.encoded_varint(tag) + wire.encoded_varint(len(inner)) + inner
        return bytes(rebuilt)

    def _text(self, start: int, end: int) -> bytes:
        raw = self._body[start:end]
        try:
            raw.decode()
        except UnicodeDecodeError:
            self.mended += 1
            return raw.decode(errors="replace").encode()
        return raw
