"""Snapshots taken apart, and what has changed from one to the next (docs/live-protocol.md). Pure functions.

A snapshot is kept as the JSON of its parts, not as a tree: a hundred bytes for a span instead of a thousand, and a part
is compared, hashed and sent without being written again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

KEYS: Mapping[str, tuple[str, ...]] = {
    "spans": ("trace_id", "span_id"),
    "turns": ("index",),
    "speeches": ("speech_id", "start_ms"),
    "transcript": ("id",),
    "logs": ("index",),
    "tools": ("call_id", "span_id"),
    "errors": ("kind", "at_ms"),
    "metrics": ("name", "attributes"),
    "usage": ("type", "provider", "model", "source"),
    "evaluations": ("tag", "at_ms"),
    "sessions": ("id",),
}
"""What tells the items of a list apart. Items of other lists are told apart by their whole content."""

INSIDE = frozenset({"timeline", "session", "figures", "completeness"})
"""Objects whose members are parts of their own: of the figures one changes with every upload, not all."""

MAX_EVENT_SHARE = 0.6
"""An event larger than this part of the snapshot is not worth applying; readers get the snapshot."""


@dataclass(slots=True)
class Items:
    """A list: for each item its key, unique in the list, and its JSON. Nobody changes it."""

    keys: list[str]
    raw: list[bytes]
    _hashed: Any = field(default=None, compare=False, repr=False)

    def hashed(self) -> Any:
        """Found out once, also for the beginning of a longer list."""
        if self._hashed is None:
            self._hashed = blake2b(ended(self.raw), digest_size=8)
        return self._hashed

    def followed_by(self, then: "Items") -> "Items":
        """With the items of another list, which none of its own has the key of, at its end."""
        hashed = self.hashed().copy()
        hashed.update(ended(then.raw))
        return Items([*self.keys, *then.keys], [*self.raw, *then.raw], hashed)


Part = bytes | Items | Mapping[str, "Part"]
Change = dict[str, Any]
Splice = list[Any]


def taken_apart(tree: Mapping[str, Any]) -> Mapping[str, Part]:
    parts: dict[str, Part] = {}
    for name, value in tree.items():
        if name in INSIDE and isinstance(value, Mapping):
            parts[name] = taken_apart(value)
        elif isinstance(value, list):
            parts[name] = items_of(name, value)
        else:
            parts[name] = written(value)
    return parts


def items_of(name: str, values: Sequence[Any]) -> Items:
    raw = [trimmed(written(value)) for value in values]
    fields = KEYS.get(name)
    keys = [
        key_of(value, fields) if fields else str(hash(text)) for value, text in zip(values, raw, strict=True)
    ]
    return Items(told_apart(keys), raw)


def key_of(value: Any, fields: tuple[str, ...]) -> str:
    return "\n".join(str(value.get(field)) for field in fields)


def told_apart(keys: list[str]) -> list[str]:
    """The second of two equal keys gets a number."""
    if len(set(keys)) == len(keys):
        return keys
    seen: dict[str, int] = {}
    distinct = []
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        distinct.append(key if seen[key] == 1 else f"{key}\n#{seen[key]}")
    return distinct


def members_of(part: Part) -> Mapping[str, Part]:
    if not isinstance(part, Mapping):
        raise TypeError("Only objects have members.")
    return part


def items_in(part: Part) -> Items:
    if not isinstance(part, Items):
        raise TypeError("Only lists have items.")
    return part


def ended(texts: Iterable[bytes]) -> bytes:
    """Each with a mark behind it that stands in no JSON."""
    return b"\0".join((*texts, b""))


def written(value: Any) -> bytes:
    return orjson.dumps(value, default=str)


def trimmed(text: bytes) -> bytes:
    """A copy without the room that orjson leaves behind it: for 25,000 small items that came to 150 MB."""
    return bytes(memoryview(text))


def put_together(part: Part) -> orjson.Fragment:
    """The JSON of a part, to be placed in a frame."""
    if isinstance(part, bytes):
        return orjson.Fragment(part)
    if isinstance(part, Items):
        return orjson.Fragment(b"[" + b",".join(part.raw) + b"]")
    return orjson.Fragment(orjson.dumps({name: put_together(inner) for name, inner in part.items()}))


def version_of(part: Part, cursor: int) -> str:
    """The same for the same content, in every process; begins with the cursor so that people can read it."""
    digest = blake2b(digest_size=8)
    feed(digest, part)
    return f"{cursor}-{digest.hexdigest()}"


def feed(digest: Any, part: Part) -> None:
    if isinstance(part, Mapping):
        for name, inner in part.items():
            digest.update(name.encode() + b"\0")
            feed(digest, inner)
    else:
        digest.update(part if isinstance(part, bytes) else part.hashed().digest())
        digest.update(b"\0")


def size_of(part: Part) -> int:
    if isinstance(part, Mapping):
        return sum(size_of(inner) for inner in part.values())
    return len(part) if isinstance(part, bytes) else sum(map(len, part.raw))


def changed(old: Part, new: Part) -> Change | None:
    """What makes `new` of `old`; None if they are equal."""
    if old is new:
        return None
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old.keys() == new.keys():
        inner = {name: change for name in new if (change := changed(old[name], new[name])) is not None}
        return {"in": inner} if inner else None
    if isinstance(old, Items) and isinstance(new, Items):
        splices = spliced(old, new)
        return {"splice": splices} if splices else None
    return None if old == new else {"set": put_together(new)}


def spliced(old: Items, new: Items) -> list[Splice]:
    """`[at, remove, *items]`, to be done one after the other: as `list.splice(at, remove, ...items)`."""
    if old.raw == new.raw:
        return []
    same = alike_at_first(old, new)
    found = Splicing(Items(old.keys[same:], old.raw[same:]), Items(new.keys[same:], new.raw[same:])).splices()
    return [[at + same, removed, *items] for at, removed, *items in found]


def alike_at_first(old: Items, new: Items) -> int:
    """How many; mostly all of the old ones."""
    count = len(old.raw)
    if new.raw[:count] == old.raw and new.keys[:count] == old.keys:
        return count
    pairs = zip(old.raw, new.raw, old.keys, new.keys, strict=False)
    differing = (n for n, (a, b, key, other) in enumerate(pairs) if (a is not b and a != b) or key != other)
    return next(differing, min(len(old.raw), len(new.raw)))


class Splicing:
    """One walk along both lists. Everything before `at` of the list is as it shall be."""

    def __init__(self, old: Items, new: Items) -> None:
        self.old, self.new = old, new
        self.old_at = {key: at for at, key in enumerate(old.keys)}
        self.new_at = {key: at for at, key in enumerate(new.keys)}
        self.moved: set[str] = set()
        """Taken out, or put in, before their other place is reached."""
        self.found: list[Splice] = []

    def splices(self) -> list[Splice]:
        here, at = 0, 0
        while here < len(self.old.keys) or at < len(self.new.keys):
            match self.step(here, at):
                case "keep":
                    if self.old.raw[here] != self.new.raw[at]:
                        self.note(at, 1, self.new.raw[at])
                    here, at = here + 1, at + 1
                case "remove":
                    self.note(at, 1)
                    here += 1
                case _:
                    self.note(at, 0, self.new.raw[at])
                    at += 1
        return self.found

    def step(self, here: int, at: int) -> str:
        if here == len(self.old.keys):
            return "insert"
        if at == len(self.new.keys):
            return "remove"
        leaving, coming = self.old.keys[here], self.new.keys[at]
        if leaving == coming:
            return "keep"
        if leaving not in self.new_at or leaving in self.moved:
            return "remove"
        if coming not in self.old_at or coming in self.moved:
            return "insert"
        # Both have their place elsewhere: the one that goes further is the one that moved.
        comes_further = self.old_at[coming] - here > self.new_at[leaving] - at
        self.moved.add(coming if comes_further else leaving)
        return "insert" if comes_further else "remove"

    def note(self, at: int, removed: int, *items: bytes) -> None:
        raw = [orjson.Fragment(item) for item in items]
        last = self.found[-1] if self.found else None
        if last is not None and last[0] + len(last) - 2 == at:
            last[1] += removed
            last.extend(raw)
        else:
            self.found.append([at, removed, *raw])


def snapshot_frame(parts: Part, version: str) -> bytes:
    return orjson.dumps({"type": "snapshot", "version": version, "snapshot": put_together(parts)})


def changes_frame(change: Change, *, base: str, version: str) -> bytes:
    return orjson.dumps({"type": "changes", "from": base, "to": version, "changes": change})
