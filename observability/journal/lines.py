"""A session's spans as they lie in its journal: lines of JSON, neither parsed nor written anew.

Parsing all attributes and writing them again is most of what it costs to answer with them.
"""

import re

from observability.journal.codec import lines_in
from observability.journal.read import is_whole, rows_of, texts_of
from observability.models import Session

SPAN = b'{"signal":"span",'
OTHERS = (
    b'{"signal":"log",',
    b'{"signal":"metric",',
    b'{"signal":"chat_item",',
    b'{"signal":"recording_header",',
)
IDENTIFIED = re.compile(
    SPAN + rb'"job_id":"[^"\\]*","room_id":"[^"\\]*","trace_id":"([0-9a-f]{32})","span_id":"([0-9a-f]{16})",'
)
"""How a line begins: fields are written in the order of observability/records.py."""


def span_lines_of(session: Session) -> list[bytes] | None:
    """Each span once, in order of first arrival; of several with one identity the last counts, as in `unique`.

    None where lines do not do: what is sealed lies otherwise, and a span may say less of itself.
    """
    if session.sealed_seq:
        return None
    rows = rows_of(session)
    if not is_whole(rows, session.cursor):
        return None
    spans: dict[tuple[bytes, ...], bytes] = {}
    for _, text in texts_of(rows):
        for line in lines_in(text):
            if line.startswith(OTHERS):
                continue
            identity = IDENTIFIED.match(line)
            if identity is None or not line.endswith(b"}"):
                return None
            spans[identity.groups()] = line
    return list(spans.values())
