"""Recording headers and chat history of an import, as records."""

from dataclasses import replace
from typing import Any

from observability.imports.bundle import Bundle
from observability.imports.facts import Place
from observability.imports.json_text import read_all
from observability.imports.refusals import TooMuch, Unreadable
from observability.limits import MAX_CHAT_HISTORY_BYTES, MAX_CHAT_ITEMS, MAX_CHAT_VALUES
from observability.livekit.chat_history import Unreadable as UnreadableHistory
from observability.livekit.chat_history import items_of
from observability.recordings.storable import storable
from observability.records import ChatItemRecord, Record

NAME = "chat_history.json"


def talk_of(bundle: Bundle) -> list[Record]:
    """Raises Unreadable or TooMuch."""
    return [*bundle.facts.headers, *chat_items_of(bundle)]


def chat_items_of(bundle: Bundle) -> list[ChatItemRecord]:
    items = numbered_items(bundle)
    places = list(bundle.facts.chat_items)
    if len(places) != len(items):
        here = Place(0, bundle.facts.job_id, bundle.facts.room_id)
        places = [replace(here, position=position) for position, _ in items]
    return [
        {
            "signal": "chat_item",
            "job_id": place.job_id,
            "room_id": place.room_id,
            "position": place.position,
            "item": storable(item),
        }
        for place, (_, item) in zip(places, items, strict=True)
    ]


def numbered_items(bundle: Bundle) -> list[tuple[int, dict[str, Any]]]:
    if bundle.chat_history is None:
        return []
    with bundle.chat_history() as file:
        body = read_all(file, name=NAME, max_bytes=MAX_CHAT_HISTORY_BYTES)
    if sum(body.count(mark) for mark in (b"[", b"{", b",")) > MAX_CHAT_VALUES:
        raise TooMuch(f"{NAME} holds more than {MAX_CHAT_VALUES} values (MAX_CHAT_VALUES).")
    try:
        items = items_of(body)
    except UnreadableHistory as fault:
        raise Unreadable(f"{NAME} is not JSON. Take it out of the zip, or download it, again.") from fault
    if len(items) > MAX_CHAT_ITEMS:
        raise TooMuch(
            f"{NAME} holds {len(items)} items, of which {MAX_CHAT_ITEMS} can be imported (MAX_CHAT_ITEMS)."
        )
    return items
