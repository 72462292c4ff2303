"""Compares rows and stored files, both ways: what is missing is shown as lost, what nobody knows of is removed."""

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.db.models import Q
from django.db.models.functions import Now

from observability.models import Reconciliation
from observability.queries.clock import database_now
from observability.retention import stored
from observability.retention.deletions import PREFIX as DELETIONS
from observability.retention.erase import Rest
from observability.retention.holdings import Holding, holdings
from observability.retention.pace import rest as rest_a_moment
from observability.retention.stored import StoredFile

logger = logging.getLogger(__name__)

YOUNG = timedelta(hours=24)
"""An upload or a worker may be about to write its row. A file that is younger is never removed."""
FILES_AT_ONCE = 500
MAX_SHARE = 0.2
"""Of all files in the holdings. More orphans than that tell of a database from before its storage …"""
NEVER_TOO_MANY = 20
"""… unless there are few of them."""
EVERY = timedelta(days=1)
TRIED_AGAIN = timedelta(hours=1)
KEYS_SHOWN = 100


@dataclass(slots=True)
class Found:
    """What does not match. Keys are made of ids only."""

    files: int = 0
    lost: list[str] = field(default_factory=list)
    orphans: list[StoredFile] = field(default_factory=list)
    """Those that are old enough to be removed."""
    young: int = 0
    """Files without a row that may still get one."""
    unaccounted: int = 0
    """Files that no room holds; they are only counted."""


def reconcile(
    *, is_repair: bool, is_forced: bool = False, rest: Rest = rest_a_moment
) -> tuple[Reconciliation, Found]:
    """Without `is_repair` only look. Raises StorageFailed, before anything is taken to be missing."""
    run = Reconciliation.objects.create(begun_at=Now())
    found = compared(rest)
    run.files, run.lost, run.orphans = found.files, len(found.lost), len(found.orphans)
    if is_repair:
        repair(run, found, is_forced=is_forced, rest=rest)
    run.ended_at = Now()
    run.save()
    run.refresh_from_db()
    return run, found


def compared(rest: Rest) -> Found:
    """Only what was not seen in the list is asked for by itself: a bucket takes some ms for each."""
    found = Found()
    seen: set[int] = set()
    for chunk in chunks(file for file in stored.files_below("") if not file.key.startswith(DELETIONS)):
        seen.update(hash(file.key) for file in chunk)
        found.files += len(chunk)
        found.unaccounted += len(chunk)
        for holding in holdings():
            held = [file for file in chunk if file.key.startswith(holding.prefix)]
            found.unaccounted -= len(held)
            add_orphans(found, holding, held)
        rest()
    for holding in holdings():
        found.lost += [
            key for key in holding.expected() if hash(key) not in seen and not stored.is_there(key)
        ]
    return found


def add_orphans(found: Found, holding: Holding, chunk: Collection[StoredFile]) -> None:
    claimed = holding.claimed([file.key for file in chunk])
    orphans = [file for file in chunk if file.key not in claimed]
    before = database_now() - YOUNG
    old = [file for file in orphans if file.written_at < before]
    found.orphans += old
    found.young += len(orphans) - len(old)


def repair(run: Reconciliation, found: Found, *, is_forced: bool, rest: Rest) -> None:
    show_lost(found)
    for holding in holdings():
        for key in [key for key in holding.shown_lost() if stored.is_there(key)]:
            holding.note_found(key)
    run.held_back = "" if is_forced else reason_to_hold_back(found)
    if run.held_back:
        logger.error("Files without rows are not removed: %s", run.held_back)
        return
    for file in found.orphans:
        if is_orphan_still(file):
            stored.remove(file.key)
            run.removed += 1
            run.removed_bytes += file.size_bytes
        rest()
    stored.remove_unfinished("", before=database_now() - YOUNG)


def show_lost(found: Found) -> None:
    for holding in holdings():
        for key in found.lost:
            if key.startswith(holding.prefix):
                holding.note_lost(key)


def reason_to_hold_back(found: Found) -> str:
    count = len(found.orphans)
    if count <= NEVER_TOO_MANY or count <= found.files * MAX_SHARE:
        return ""
    return (
        f"{count} of {found.files} files belong to no row. If the database is the right one: "
        "manage.py fsck --repair --force"
    )


def is_orphan_still(file: StoredFile) -> bool:
    """Looking took a while."""
    return not any(
        holding.claimed([file.key]) for holding in holdings() if file.key.startswith(holding.prefix)
    )


def chunks(files: Iterable[StoredFile]) -> Iterator[list[StoredFile]]:
    all_files = iter(files)
    while chunk := list(islice(all_files, FILES_AT_ONCE)):
        yield chunk


def is_due() -> bool:
    """One that did not come to its end, such as while the storage was down, is tried again after an hour."""
    done = Q(ended_at__isnull=False, begun_at__gt=Now() - EVERY)
    return not Reconciliation.objects.filter(done | Q(begun_at__gt=Now() - TRIED_AGAIN)).exists()
