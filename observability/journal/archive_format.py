"""The file of a sealed session: zstd over JSON lines, the skeleton first (docs/archive-format.md).

Two frames, one after the other, so `zstd -dc` shows all lines. The first holds a line about the file, then for each
record what lanes and tables need. The second holds the resources and scopes that the records share, then for each
record the rest.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, cast

import orjson
import zstandard

from observability.records import SCHEMA_VERSION, Record

FORMAT = "playhead-archive"
VERSION = 1
LEVEL = 9
REST = (
    "attributes",
    "repeated",
    "events",
    "links",
    "body",
    "details",
    "item",
    "room_tags",
    "session_summary",
)
"""Keys whose values are large, of any signal."""
SHARED = ("resource", "scope")
ORDER = {"recording_header": 0, "span": 1, "log": 2, "metric": 3, "chat_item": 4}
"""Kinds stand together; within a kind records keep their order of arrival, which cursors and keys count in."""

RESOURCE = b'"resource":'
SHARED_AT_THE_END = re.compile(rb'"resource":(\d+),"scope":(\d+)\}')
"""Of a line of the second frame whose record has both."""

Line = dict[str, Any]


class DamagedArchive(ValueError):
    """What was read is not what `packed` writes; the message says where."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Values that many records have, each once."""

    values: list[Any] = field(default_factory=list)
    places: dict[bytes, int] = field(default_factory=dict)

    def place_of(self, value: Any) -> int:
        written = orjson.dumps(value)
        if written not in self.places:
            self.places[written] = len(self.values)
            self.values.append(value)
        return self.places[written]


def sorted_for_archive(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda record: ORDER[record["signal"]])


def packed(records: Sequence[Record], *, about: Line) -> bytes:
    """The file. `about` is told in its first line, besides format, versions and the number of records."""
    shared = {name: Shared() for name in SHARED}
    head = {
        "format": FORMAT,
        "version": VERSION,
        "schema": SCHEMA_VERSION,
        "records": len(records),
        **about,
    }
    skeleton, rest = [head], []
    for record in records:
        bones, flesh = parted(record, shared)
        skeleton.append(bones)
        rest.append(flesh)
    tables = {f"{name}s": shared[name].values for name in SHARED}
    return compressed(skeleton) + compressed([tables, *rest])


def parted(record: Record, shared: dict[str, Shared]) -> tuple[Line, Line]:
    bones, flesh = dict(record), {}
    for name in REST:
        if name in bones:
            flesh[name] = bones.pop(name)
    for name in SHARED:
        if name in bones:
            flesh[name] = shared[name].place_of(bones.pop(name))
    return bones, flesh


def compressed(lines: Iterable[Line]) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL).compress(b"\n".join(map(orjson.dumps, lines)) + b"\n")


def unpacked(content: bytes) -> list[Record]:
    """All records, whole. Raises DamagedArchive."""
    (head, *bones), content = first_frame(content)
    (tables, *flesh), _ = first_frame(content)
    if head["records"] != len(bones) or len(bones) != len(flesh):
        raise DamagedArchive(
            f"{head['records']} records were written, {len(bones)} and {len(flesh)} are there."
        )
    shared = {name: tables[f"{name}s"] for name in SHARED}
    for record, rest in zip(bones, flesh, strict=True):
        for name in SHARED:
            if name in rest:
                rest[name] = shared[name][rest[name]]
        record.update(rest)
    return cast(list[Record], bones)


def read_skeleton(content: bytes) -> tuple[Line, list[Line]]:
    """The line about the file, and the records without what is large. Raises DamagedArchive."""
    (head, *bones), _ = first_frame(content)
    return head, bones


def joined_lines(content: bytes, beginning: bytes) -> list[tuple[bytes, bytes]] | None:
    """Of each record whose line in the first frame begins so: that line, and all of it as one line of JSON.

    Nothing is parsed nor written anew, and what follows the last of them is not taken apart. None if one of them lies
    otherwise than `packed` writes what has a resource and a scope. Raises DamagedArchive.
    """
    skeleton, content = text_of_first_frame(content)
    flesh, _ = text_of_first_frame(content)
    last = skeleton.rfind(b"\n" + beginning)
    if last < 0:
        return []
    bones = skeleton[: skeleton.find(b"\n", last + 1)].split(b"\n")
    tables, *others = flesh.split(b"\n", len(bones))
    if len(others) < len(bones):
        raise DamagedArchive(f"{len(bones)} lines lack their other half.")
    whole_end = cache(partial(with_shared, *shared_texts(tables)))
    joined = []
    for bone, rest in zip(bones[1:], others, strict=False):  # of which the last is all that follows
        if not bone.startswith(beginning):
            continue
        at = rest.rfind(RESOURCE)
        end = whole_end(rest[at:]) if at > 0 else None
        if end is None or not bone.endswith(b"}"):
            return None
        joined.append((bone, b"%b,%b%b" % (bone[:-1], rest[1:at], end)))
    return joined


def with_shared(resources: list[bytes], scopes: list[bytes], end: bytes) -> bytes | None:
    """An end of lines of the second frame, which many have alike, with the resource and the scope themselves."""
    places = SHARED_AT_THE_END.fullmatch(end)
    if places is None:
        return None
    return b'"resource":%b,"scope":%b}' % (resources[int(places[1])], scopes[int(places[2])])


def shared_texts(line: bytes) -> tuple[list[bytes], list[bytes]]:
    tables = parsed([line])[0]
    resources, scopes = ([orjson.dumps(value) for value in tables[f"{name}s"]] for name in SHARED)
    return resources, scopes


def first_frame(content: bytes) -> tuple[list[Line], bytes]:
    """Its lines, and what follows it."""
    lines, following = lines_of_first_frame(content)
    return parsed(lines), following


def parsed(lines: list[bytes]) -> list[Line]:
    try:
        found: list[Line] = orjson.loads(b"[" + b",".join(lines) + b"]")
    except orjson.JSONDecodeError as fault:
        raise DamagedArchive(str(fault)) from fault
    return found


def lines_of_first_frame(content: bytes) -> tuple[list[bytes], bytes]:
    """As they are written, and what follows the frame."""
    text, following = text_of_first_frame(content)
    return text.strip().split(b"\n"), following


def text_of_first_frame(content: bytes) -> tuple[bytes, bytes]:
    frame = zstandard.ZstdDecompressor().decompressobj()
    try:
        text = frame.decompress(content)
    except zstandard.ZstdError as fault:
        raise DamagedArchive(str(fault)) from fault
    if not text or text.isspace():
        raise DamagedArchive("A frame is empty.")
    return text, frame.unused_data
