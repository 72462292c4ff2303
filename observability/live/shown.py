"""What readers of one watched thing have before them, and how another reader gets there."""

import gzip
from dataclasses import dataclass, field

from observability.live.changes import (
    MAX_EVENT_SHARE,
    Part,
    changed,
    changes_frame,
    size_of,
    snapshot_frame,
    version_of,
)
from observability.live.limits import COMPRESS_FROM_BYTES

GZIP_LEVEL = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """`data` in the form in which it is sent: text, or gzip as bytes."""

    version: str
    """What the reader has after it."""
    data: bytes
    is_binary: bool


@dataclass(slots=True)
class Shown:
    facts: object
    """What the content depends on, as far as it is cheap to read; the same facts are not built again."""
    parts: Part
    version: str
    is_live: bool
    base: str = ""
    """The version that `event` begins with."""
    event: Frame | None = None
    _snapshot: Frame | None = field(default=None, repr=False)

    def snapshot(self) -> Frame:
        """Written once, however many readers need it."""
        if self._snapshot is None:
            self._snapshot = frame_of(self.version, snapshot_frame(self.parts, self.version))
        return self._snapshot


def shown_after(before: Shown | None, facts: object, parts: Part, *, cursor: int, is_live: bool) -> Shown:
    """`before` itself, with the new facts, if the content is the same."""
    version = version_of(parts, cursor)
    if before is not None and before.version == version:
        before.facts, before.is_live = facts, is_live
        return before
    shown = Shown(facts, parts, version, is_live)
    if before is not None:
        shown.base, shown.event = before.version, event_of(before, parts, version)
    return shown


def event_of(before: Shown, parts: Part, version: str) -> Frame | None:
    change = changed(before.parts, parts)
    if change is None:
        return None
    data = changes_frame(change, base=before.version, version=version)
    return frame_of(version, data) if len(data) < MAX_EVENT_SHARE * size_of(parts) else None


def frame_of(version: str, data: bytes) -> Frame:
    if len(data) < COMPRESS_FROM_BYTES:
        return Frame(version, data, is_binary=False)
    return Frame(version, gzip.compress(data, GZIP_LEVEL, mtime=0), is_binary=True)
