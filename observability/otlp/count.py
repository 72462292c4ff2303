"""Items of a request counted over its raw bytes, before a parser spends memory on them.

Parsed, an empty span takes two bytes on the wire and some 160 in memory; in JSON three bytes become 64.
"""

import re
from dataclasses import dataclass
from typing import Any

from observability.otlp import wire
from observability.otlp.body import MalformedBody
from observability.otlp.shape import JSON_ITEMS, OUTLINE, TAG_BYTES, WHOLE, Item, Shape, Signal


class TooManyItems(Exception):
    """A request holds more of something than one request may; the message names what and the limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may hold. The caller's numbers; what follows from them is derived here."""

    records: int
    """Spans, log records or data points; resource and scope groups, counted apart, may be as many."""
    events_and_links: int
    """Also exemplars, quantiles and entity references."""
    attributes: int
    """Including every value inside arrays and key-value lists."""
    nesting: int
    """Values within values. Protobuf's parser ends at 47 arrays."""
    json_depth: int
    integer_digits: int

    @property
    def smallest(self) -> int:
        return min(self.records, self.events_and_links, self.attributes)

    @property
    def numbers(self) -> int:
        """Bucket counts and bounds: ten for each attribute; a packed zero grows from one byte to sixteen."""
        return 10 * self.attributes

    @property
    def fields(self) -> int:
        """Protobuf fields or JSON values in all: a lawful record has up to 16, an attribute 5."""
        return 16 * self.records + 5 * (self.events_and_links + self.attributes)

    def of(self, item: Item) -> int:
        if item is Item.PIECE:
            return self.events_and_links
        if item is Item.ATTRIBUTE:
            return self.attributes
        return self.numbers if item is Item.NUMBER else self.records


_NAMES = {
    Item.GROUP: "resource or scope groups",
    Item.RECORD: "records",
    Item.PIECE: "events and links",
    Item.ATTRIBUTE: "attributes",
    Item.NUMBER: "bucket numbers",
}


def check_protobuf(signal: Signal, body: bytes, limits: Limits) -> None:
    """Raise TooManyItems if the body holds too much, MalformedBody if it visibly is no protobuf.

    Three looks, each dearer and closer. An item takes two bytes or more: a short body cannot hold too many.
    Each item begins with one of a few tag bytes, so there cannot be more items than such bytes. Then a walk.
    """
    if len(body) < 2 * limits.smallest:
        return
    most = _tag_like_bytes(body, TAG_BYTES[signal], enough=max(limits.events_and_links, limits.attributes))
    numbers_fit = len(body) <= limits.numbers
    if most <= limits.smallest and numbers_fit:
        return
    inner_fit = most <= min(limits.events_and_links, limits.attributes)
    shape = OUTLINE[signal] if inner_fit and numbers_fit else WHOLE[signal]
    _Walk(body, limits).through(shape)


def _tag_like_bytes(body: bytes, tag_bytes: bytes, *, enough: int) -> int:
    """How many bytes of the body could begin an item, until it is `enough`; piece by piece for memory."""
    found, piece_bytes = 0, 1024 * 1024
    for start in range(0, len(body), piece_bytes):
        piece = body[start : start + piece_bytes]
        found += len(piece) - len(piece.translate(None, tag_bytes))
        if found > enough:
            break
    return found


class _Allowance:
    """How many of each kind of item may still come."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = [limits.of(item) for item in Item]

    def take(self, item: Item, many: int = 1) -> None:
        self._left[item] -= many
        if self._left[item] < 0:
            raise TooManyItems(f"request has more than {self._limits.of(item)} {_NAMES[item]}")


class _Walk:
    """One walk over a raw message; stops at the first limit it passes."""

    def __init__(self, body: bytes, limits: Limits) -> None:
        self._body = body
        self._allowance = _Allowance(limits)
        self._max_fields = limits.fields
        self._fields = 0

    def through(self, shape: Shape) -> None:
        self._message(shape, 0, len(self._body), 1)

    def _message(self, shape: Shape, start: int, end: int, depth: int) -> None:
        if depth > wire.MAX_MESSAGE_DEPTH:
            raise MalformedBody(
                f"protobuf is nested deeper than {wire.MAX_MESSAGE_DEPTH} messages at byte {start}"
            )
        for tag, _, value, stop in wire.fields(self._body, start, end):
            self._fields += 1
            if self._fields > self._max_fields:
                raise TooManyItems(f"request has more than {self._max_fields} fields")
            part = shape.get(tag)
            if part is None:
                continue
            if part.item is not None:
                self._allowance.take(
                    part.item, (stop - value) // part.number_bytes if part.number_bytes else 1
                )
            if part.message is not None:
                self._message(part.message, value, stop, depth + 1)


# The closing quote is optional so that text without an end is one match, not one from each quote in it.
_JSON_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_AS_ONE_BRACKET = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def check_json(body: bytes, limits: Limits) -> None:
    """Raise TooManyItems if the body holds more values than lawful items could need, or is nested too deep.

    An upper bound, for memory's sake; `check_json_items` is exact.
    """
    bare, texts = _JSON_TEXT.subn(b"", body, count=2 * limits.fields)
    values = bare.count(b",") + bare.count(b"[") + bare.count(b"{")
    if values > limits.fields or texts == 2 * limits.fields:
        raise TooManyItems(f"request has more than {limits.fields} JSON values")
    if _is_deeper(bare, limits.json_depth):
        raise TooManyItems(f"JSON is nested deeper than {limits.json_depth} levels")


def check_json_items(request: Any, body: bytes, limits: Limits) -> None:
    """Raise TooManyItems if the request, parsed from `body`, holds too many items."""
    if body.count(b",") + body.count(b"[") > limits.smallest:  # else no lists have that many members
        _take_items(request, _Allowance(limits))


def _take_items(value: Any, allowance: _Allowance) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, list) and name in JSON_ITEMS:
                allowance.take(JSON_ITEMS[name], len(inner))
            _take_items(inner, allowance)
    elif isinstance(value, list):
        for inner in value:
            _take_items(inner, allowance)


def _is_deeper(bare: bytes, max_depth: int) -> bool:
    """Take away the innermost pairs of brackets, all at once, until none is left: each pass is one level."""
    brackets = bare.translate(_AS_ONE_BRACKET, _NOT_BRACKETS)
    for _ in range(max_depth):
        inner = brackets.replace(b"[]", b"")
        if len(inner) == len(brackets):
            return False  # nothing left, or unbalanced, of which the parser will complain
        brackets = inner
    return b"[]" in brackets
