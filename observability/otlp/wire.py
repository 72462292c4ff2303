"""Protobuf's own framing, without any message: where each field of a raw message begins and ends."""

from collections.abc import Iterator

from observability.otlp.body import MalformedBody

VARINT, FIXED64, LENGTH, GROUP_START, GROUP_END, FIXED32 = range(6)

# The depth at which protobuf's own parser gives up.
MAX_MESSAGE_DEPTH = 100


def fields(body: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (tag, position of the tag, start of the value, end of the value) of each field in a range.

    The tag is field number << 3 | wire type. A group, which OTLP never uses, comes as one field.
    Raises MalformedBody with the position of the first byte that cannot be protobuf.
    """
    position = start
    while position < end:
        tag, value = body[position], position + 1
        if tag > 127:
            tag, value = varint(body, position, end)
        wire_type = tag & 7
        if wire_type == LENGTH:
            if value < end and body[value] < 128:
                size, value = body[value], value + 1
            else:
                size, value = varint(body, value, end)
            stop = value + size
        else:
            stop = _end_of_value(body, wire_type, tag, value, end)
        if stop > end:
            raise MalformedBody(f"protobuf field at byte {position} is longer than its message")
        yield tag, position, value, stop
        position = stop


def varint(body: bytes, position: int, end: int) -> tuple[int, int]:
    """The number that begins at `position`, and the position behind it."""
    number = 0
    for index in range(position, min(position + 10, end)):
        byte = body[index]
        number |= (byte & 0x7F) << 7 * (index - position)
        if byte < 128:
            return number, index + 1
    raise MalformedBody(f"protobuf number at byte {position} does not end")


def encoded_varint(number: int) -> bytes:
    """`number` (not negative) as protobuf writes it."""
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _end_of_value(body: bytes, wire_type: int, tag: int, value: int, end: int) -> int:
    if wire_type == VARINT:
        return varint(body, value, end)[1]
    if wire_type == FIXED64:
        return value + 8
    if wire_type == FIXED32:
        return value + 4
    if wire_type == GROUP_START:
        return _end_of_group(body, tag, value, end)
    raise MalformedBody(f"protobuf field before byte {value} has no valid wire type")


def _end_of_group(body: bytes, tag: int, value: int, end: int) -> int:
    """Walk to the matching end tag without recursion: groups may nest as deep as the body is long."""
    open_groups = [tag >> 3]
    while open_groups:
        inner, value = varint(body, value, end)
        wire_type = inner & 7
        if wire_type == GROUP_START:
            open_groups.append(inner >> 3)
        elif wire_type == GROUP_END:
            if open_groups.pop() != inner >> 3:
                raise MalformedBody(f"protobuf group before byte {value} is not closed")
        elif wire_type == LENGTH:
            size, value = varint(body, value, end)
            value += size
        else:
            value = _end_of_value(body, wire_type, inner, value, end)
    return value
