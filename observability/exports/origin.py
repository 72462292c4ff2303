"""What records do not say and an import has to know, so that the session looks there as it did here."""

from collections.abc import Iterable
from typing import Any

from observability.models import Session
from observability.queries.records import recordings_of
from observability.records import Record


def origin_of(session: Session, records: Iterable[Record], *, has_audio: bool) -> dict[str, Any]:
    """Read by `observability.imports.facts`. `chat_items` stand in the order of chat_history.json.

    `has_audio` tells of the zip, which lacks what whoever asked for it may not hear.
    """
    return {
        "ended_ns": session.ended_ns,
        "switched_off": sorted(session.switched_off),
        "discarded": session.discarded,
        "part_problems": session.part_problems,
        "audio_left_out": not has_audio and recordings_of(session).exists(),
        "chat_items": [
            [record["position"], record["job_id"], record["room_id"]]
            for record in records
            if record["signal"] == "chat_item"
        ],
    }
