"""The chat_history part of a recording upload (docs/contract.md §9.2)."""

import json
from collections.abc import Iterable

from observability.livekit.values import mapping, sequence
from observability.records import ChatItemRecord, Value


class Unreadable(ValueError):
    """The part is not what its name says; the upload's other parts may be fine."""


def chat_item_records(body: bytes, *, job_id: str, room_id: str) -> list[ChatItemRecord]:
    """One record per item of chat_history.json. Raises Unreadable."""
    return records_of_items(items_of(body), job_id=job_id, room_id=room_id)


def items_of(body: bytes) -> list[tuple[int, dict[str, Value]]]:
    """The items of chat_history.json as they came, each with its place. Raises Unreadable if the bytes
    are no JSON object."""
    try:
        history = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Unreadable("chat_history is not JSON") from fault
    items = history if isinstance(history, list) else sequence(mapping(history).get("items"))
    return [(position, item) for position, item in enumerate(items) if isinstance(item, dict)]


def records_of_items(
    items: Iterable[tuple[int, dict[str, Value]]], *, job_id: str, room_id: str
) -> list[ChatItemRecord]:
    return [
        {"signal": "chat_item", "job_id": job_id, "room_id": room_id, "position": position, "item": item}
        for position, item in items
    ]
