"""What goes through the channel layer: that something of a project has changed. Only a hint; who misses it polls."""

from typing import Any

HINT = "live.hint"


def group_of(project_id: int) -> str:
    return f"live.{project_id}"


def message_of(project_id: int, cursors: dict[int, int]) -> dict[str, Any]:
    """`cursors` by the number of the session's row."""
    sessions = [[session_id, cursor] for session_id, cursor in cursors.items()]
    return {"type": HINT, "project": project_id, "sessions": sessions}


def sessions_of(message: dict[str, Any]) -> list[int]:
    return [session_id for session_id, _cursor in message["sessions"]]
