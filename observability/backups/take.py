"""Takes a backup while uploads go on.

Files first, then the rows of one moment, then the files that these rows name and that are not there yet. If one of them
has gone meanwhile (sealed anew, moved, deleted), the rows are taken once more: what is missing twice is lost, and was
so before.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from observability.backups import databases
from observability.backups.contents import Wanted, kind_of_storage, path_of, wanted_by
from observability.backups.failures import BackupFailed
from observability.backups.layout import DATABASE, Draft, Say, nothing, private_files, remove

MAX_ROUNDS = 10
SHOWN = 100


@dataclass(slots=True)
class Taken:
    files: int = 0
    bytes: int = 0
    database_bytes: int = 0
    lost: tuple[str, ...] = ()
    """Named by rows, and not in storage or spool; as fsck says."""


def take_backup(target: Path, *, say: Say = nothing) -> Taken:
    """When this returns, it is whole and on the disk; `say` is called before each step. Raises BackupFailed."""
    dump = target.with_name(target.name + ".dump")
    taken = Taken()
    databases.check_dumping()
    with private_files(), Draft(target) as draft:
        try:
            say("Files")
            take_files(draft, wanted_by(), taken)
            take_rows(draft, dump, taken, say)
            taken.database_bytes = draft.add(DATABASE, dump)
            draft.finish(header())
        finally:
            remove(dump)
    return taken


def take_rows(draft: Draft, dump: Path, taken: Taken, say: Say) -> None:
    """And whatever file they name."""
    for _ in range(MAX_ROUNDS):
        lost_before = taken.lost
        say("Rows")
        remove(dump)
        with databases.dumped(dump):
            wanted = list(wanted_by())
        say("Files that have come meanwhile")
        taken.lost = take_files(draft, wanted, taken)
        if not taken.lost or taken.lost == lost_before:
            return
    raise BackupFailed("Rows and files changed too fast to be caught together. Try again.")


def take_files(draft: Draft, wanted: Iterable[Wanted], taken: Taken) -> tuple[str, ...]:
    """Returns what is missing."""
    return tuple(each.names[0] for each in wanted if not take_first(draft, each.names, taken))


def take_first(draft: Draft, names: Collection[str], taken: Taken) -> bool:
    """Whether the backup has it, under one of its names."""
    if any(name in draft for name in names):
        return True
    for name in names:
        try:
            taken.bytes += draft.add(name, path_of(name))
        except FileNotFoundError:
            continue
        taken.files += 1
        return True
    return False


def header() -> dict[str, str]:
    return {
        "taken_at": datetime.now(UTC).isoformat(),
        "database": connection.vendor,
        "objects": kind_of_storage(),
    }
