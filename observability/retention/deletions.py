"""The deletion journal: what the database has noted as deleted, written to the storage, where it outlives the database.

JSON lines in objects of their own, each written once and fsynced, below the day until which it is needed. A restore
reads them all (docs/decisions/0024-backups.md).
"""

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from observability.models import Deletion
from observability.retention import stored
from observability.sessions.deletions import note_account, note_project
from observability.storage import objects
from observability.storage.bucket import StorageFailed
from projects.models import Project

logger = logging.getLogger(__name__)

PREFIX = "deletions/"
FOR_GOOD = "for-good"
CONTENT_TYPE = "application/jsonl"
ROWS_AT_ONCE = 5_000


class UnreadableJournal(Exception):
    """An object of the deletion journal is not what was written; nothing may be restored without it."""


def write_deletions() -> int:
    """Bring to the storage what is not there yet; may run twice, then it stands there twice. Raises StorageFailed."""
    written = 0
    unwritten = Deletion.objects.filter(is_written=False).order_by("pk")
    while rows := list(unwritten[:ROWS_AT_ONCE]):
        for group in ([row for row in rows if row.until], [row for row in rows if not row.until]):
            if group:
                objects.write(_new_key(group), _lines_of(group), content_type=CONTENT_TYPE)
        Deletion.objects.filter(pk__in=[row.pk for row in rows]).update(is_written=True)
        written += len(rows)
    return written


def write_deletions_at_commit() -> None:
    """So that whoever is told "deleted" can rely on it. While the storage is down the sweep tries again."""
    transaction.on_commit(write_deletions_if_possible)


def write_deletions_if_possible() -> None:
    try:
        write_deletions()
    except StorageFailed as fault:
        logger.warning("Deletions are not noted in the storage yet: %s", fault)


def note_deleted_project(project: Project, **_: Any) -> None:
    """Receiver of `projects.actions.project_deleted`."""
    note_project(project)
    write_deletions_at_commit()


def note_deleted_account(user: User, **_: Any) -> None:
    """Receiver of `projects.leaving.account_deleted`."""
    note_account(user)
    write_deletions_at_commit()


def deletions_in_storage() -> Iterator[Deletion]:
    """Rows that are not in the database. Raises StorageFailed or UnreadableJournal."""
    for file in stored.files_below(PREFIX):
        try:
            for line in objects.read(file.key).splitlines():
                yield _deletion_of(json.loads(line))
        except (ValueError, KeyError) as fault:
            raise UnreadableJournal(f"{file.key}: {fault}") from fault


def remove_outlived() -> None:
    """Objects that no restore needs any more. Raises StorageFailed."""
    today = timezone.now().date()
    for file in list(stored.files_below(PREFIX)):
        day = file.key.split("/")[1]
        if day != FOR_GOOD and date.fromisoformat(day) < today:
            stored.remove(file.key)


def _new_key(group: Sequence[Deletion]) -> str:
    """Below the last day on which one of them is needed, by which it is removed."""
    ends = [row.until.date() for row in group if row.until]
    day = max(ends).isoformat() if ends else FOR_GOOD
    return f"{PREFIX}{day}/{timezone.now():%Y%m%dT%H%M%S}-{uuid4().hex[:8]}.jsonl"


def _lines_of(group: Sequence[Deletion]) -> bytes:
    return b"".join(json.dumps(_fields_of(row)).encode() + b"\n" for row in group)


def _fields_of(row: Deletion) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "project": row.project_number,
        "project_created_at": row.project_created_at.isoformat(),
        "name": row.name,
        "tombstones": row.tombstones,
        "at": row.at.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }


def _deletion_of(fields: dict[str, Any]) -> Deletion:
    return Deletion(
        kind=fields["kind"],
        project_number=fields["project"],
        project_created_at=datetime.fromisoformat(fields["project_created_at"]),
        name=fields["name"],
        tombstones=fields["tombstones"],
        at=datetime.fromisoformat(fields["at"]),
        until=datetime.fromisoformat(fields["until"]) if fields["until"] else None,
        is_written=True,
    )
