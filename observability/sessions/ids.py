"""Ids of jobs and rooms as columns take them, the same for every upload that names them."""

import hashlib

MAX_ID_CHARS = 200
"""LiveKit's ids have 15."""
ID_PREFIX_CHARS = 160


def bounded_id(received: str) -> str:
    """Two long ids that differ only at their ends stay two."""
    if len(received) <= MAX_ID_CHARS:
        return received
    return f"{received[:ID_PREFIX_CHARS]}…{hashlib.sha256(received.encode()).hexdigest()[:32]}"
