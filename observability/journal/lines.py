"""A session's spans as they lie in its journal or its archive: lines of JSON, neither parsed nor written anew.

Parsing all attributes and writing them again is most of what it costs to answer with them.
"""

import re
from collections.abc import Sequence
from functools import cache

from config.written import Given, Written
from observability.journal.archive import ArchiveLost, content_of
from observability.journal.archive_format import DamagedArchive, joined_lines
from observability.journal.codec import lines_in
from observability.journal.read import Row, is_whole, rows_of, texts_of
from observability.models import Archive, Session
from observability.storage.bucket import MissingFile

Identity = tuple[bytes, ...]

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

    None where lines do not do: a span may say less of itself, and what cannot be read is told by who parses.
    """
    rows = rows_of(session)
    if not session.sealed_seq and is_whole(rows, session.cursor):
        return spans_in(rows, {})
    archive = archive_of_session().first(session=session.pk)
    if archive is None or not archive.name:
        return None
    sealed = sealed_spans(archive)
    return (
        None if sealed is None else spans_in([row for row in rows if row.seq > archive.through_seq], sealed)
    )


@cache
def archive_of_session() -> Written[Archive]:
    return Written(Archive.objects.filter(session=Given("session", Archive._meta.get_field("session"))))


def spans_in(rows: Sequence[Row], spans: dict[Identity, bytes]) -> list[bytes] | None:
    """With what these bring to those that are known."""
    for _, text in texts_of(rows):
        for line in lines_in(text):
            if line.startswith(OTHERS):
                continue
            identity = IDENTIFIED.match(line)
            if identity is None or not line.endswith(b"}"):
                return None
            spans[identity.groups()] = line
    return list(spans.values())


def sealed_spans(archive: Archive) -> dict[Identity, bytes] | None:
    try:
        joined = joined_lines(content_of(archive.name, archive), SPAN)
    except (MissingFile, ArchiveLost, DamagedArchive):
        return None
    spans: dict[Identity, bytes] = {}
    for line, whole in joined or []:
        identity = IDENTIFIED.match(line)
        if identity is None:
            return None
        spans[identity.groups()] = whole
    return None if joined is None else spans
