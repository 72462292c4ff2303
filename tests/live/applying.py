"""What a reader does with events, as docs/live-protocol.md tells it and static/js/live/apply-changes.js does it."""

from typing import Any


def applied(value: Any, change: dict[str, Any]) -> Any:
    if "set" in change:
        return change["set"]
    if "in" in change:
        return {**value, **{name: applied(value[name], inner) for name, inner in change["in"].items()}}
    items = list(value)
    for at, removed, *added in change["splice"]:
        items[at : at + removed] = added
    return items
