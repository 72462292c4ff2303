"""Timelines of a few words."""

from observability.timeline import build
from observability.timeline.context import SessionContext
from observability.timeline.model import Timeline

START_S = 1_795_336_557


def timeline_saying(*texts: str) -> Timeline:
    items = [
        {
            "signal": "chat_item",
            "job_id": "AJ_1",
            "room_id": "RM_1",
            "position": position,
            "item": {
                "id": f"item_{position}",
                "type": "message",
                "role": "user",
                "content": [text],
                "created_at": START_S + position,
            },
        }
        for position, text in enumerate(texts)
    ]
    return build([items], context=SessionContext(status="ended", now_ns=(START_S + 60) * 10**9))
