"""A timeline's longest lists, of which an upload changes little: what is as it was is not written again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from observability.live.changes import KEYS, Items, key_of, told_apart, trimmed, written
from observability.timeline import as_json
from observability.timeline.model import Timeline
from observability.timeline.snapshot import item_as_json

LISTS = ("spans", "turns", "speeches")
"""Their items can be looked up: in none of them stands a value as a sender wrote it."""


@dataclass(frozen=True, slots=True)
class Written:
    origin_ns: int
    items: Mapping[object, tuple[str, bytes]]
    """Key and JSON of each."""


def written_lists(timeline: Timeline, before: Written | None) -> tuple[Mapping[str, Items], Written]:
    origin_ns = timeline.session.start_ns
    known = before.items if before is not None and before.origin_ns == origin_ns else {}
    now: dict[object, tuple[str, bytes]] = {}
    lists = {}
    for name in LISTS:
        found = [known.get(item) or written_item(name, item, origin_ns) for item in getattr(timeline, name)]
        now.update(zip(getattr(timeline, name), found, strict=True))
        lists[name] = Items(told_apart([key for key, _ in found]), [raw for _, raw in found])
    return lists, Written(origin_ns, now)


def written_item(name: str, item: object, origin_ns: int) -> tuple[str, bytes]:
    value = item_as_json(item, origin_ns)
    return key_of(value, KEYS[name]), trimmed(written(value))


def rest_as_json(timeline: Timeline) -> Mapping[str, Any]:
    """All but the items of those lists."""
    return as_json(replace(timeline, spans=(), turns=(), speeches=()))
