"""The timeline as JSON for browsers: docs/timeline-snapshot.md."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from observability.timeline.growing import Growing
from observability.timeline.model import Timeline

LEFT_OUT = frozenset({"raw", "heard_in", "critical_path", "firsts_ms", "service_name"})
"""Kept in the dataclasses for downloads, the API's own lists and the pages that show it; twice the
transcript is too much for a page, and so are steps of turns that nobody chose."""

RECEIVED_AS_IS = frozenset(
    ("attributes", "body", "arguments", "output", "options", "summary", "metadata", "config", "sip", "raw")
)
"""Values from the sender; plain JSON already (observability.records)."""


def as_json(timeline: Timeline) -> dict[str, Any]:
    """A tree of dicts, lists and numbers; each `x_ns` is an `x_ms` since the session's start, see
    docs/timeline-snapshot.md."""
    return _with_origin(timeline, timeline.session.start_ns)


def growth_as_json(growing: Growing) -> dict[str, Any]:
    """Those members of the whole that lines change, anew; of the lines themselves the new ones."""
    members = {
        "session": growing.head,
        "agents": growing.agents,
        "logs": growing.new_lines,
        "figures": growing.figures,
        "completeness": growing.completeness,
    }
    return _with_origin(members, growing.head.start_ns)


def item_as_json(item: object, origin_ns: int) -> dict[str, Any]:
    """One item of a list of the timeline."""
    converted: dict[str, Any] = _converted(item, origin_ns)
    return converted


def _with_origin(told: Timeline | Mapping[str, Any], origin_ns: int) -> dict[str, Any]:
    snapshot: dict[str, Any] = _converted(told, origin_ns)
    snapshot["session"]["start_unix_ns"] = str(origin_ns)
    return snapshot


def details_as_json(details: object) -> dict[str, Any]:
    """`SpanDetails` holds no absolute times."""
    converted: dict[str, Any] = _converted(details, 0)
    return converted


@cache
def _plan(kind: Any) -> tuple[tuple[str, str, str], ...]:
    """(field, key, how) for each field of a dataclass; none of what is no dataclass."""
    if not is_dataclass(kind):
        return ()
    return tuple(_planned(field.name) for field in fields(kind) if field.name not in LEFT_OUT)


def _planned(name: str) -> tuple[str, str, str]:
    if name.endswith("_ns"):
        return name, name[:-3] + "_ms", "moment"
    return name, name, "as is" if name in RECEIVED_AS_IS else "convert"


PLAIN = frozenset({type(None), bool, int, str})
"""Exact types, looked up first: four of five values are one of these."""


def _converted(value: Any, origin_ns: int) -> Any:
    if value.__class__ in PLAIN:
        return value
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    if plan := _plan(value.__class__):
        return _fields(value, plan, origin_ns)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [_converted(item, origin_ns) for item in value]
    if isinstance(value, Mapping):
        return {key: _converted(item, origin_ns) for key, item in value.items()}
    return value if isinstance(value, (int, str)) else str(value)


def _fields(value: Any, plan: tuple[tuple[str, str, str], ...], origin_ns: int) -> dict[str, Any]:
    converted: dict[str, Any] = {}
    for name, key, how in plan:
        held = getattr(value, name)
        if held is None or how == "as is":
            converted[key] = held
        elif how == "moment":
            converted[key] = round((held - origin_ns) / 1e6, 3)
        else:
            converted[key] = held if held.__class__ in PLAIN else _converted(held, origin_ns)
    return converted
