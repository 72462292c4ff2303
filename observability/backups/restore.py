"""Restores a backup, without what was deleted since.

The rows are made ready beside the database that they replace: brought there, migrated, and the deletion journal
replayed in them; then the files that they name are brought; at last they take its place. Killed anywhere before that,
nothing has changed for anybody, and the same command begins anew.
"""

import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection
from django.db import Error as DatabaseError
from django.db.migrations.executor import MigrationExecutor

from observability.backups import databases
from observability.backups.contents import kind_of_storage, path_of, wanted_by
from observability.backups.failures import BackupFailed
from observability.backups.layout import Backup, Say, nothing, opened, private_files
from observability.backups.replay import Replayed, redact, replay
from observability.compaction.tables import PREFIX as PARQUET
from observability.models import Deletion, Reconciliation
from observability.queries.clock import database_now
from observability.retention import stored
from observability.retention.brake import reason_by_clock
from observability.retention.deletions import (
    UnreadableJournal,
    deletions_in_storage,
    write_deletions,
    write_deletions_if_possible,
)
from observability.retention.reconcile import Found, reconcile, show_lost
from observability.storage.bucket import StorageFailed
from projects.models import ApiKey
from projects.secrets import UnreadableSecret, decrypt

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Restored:
    taken_at: str
    replayed: Replayed
    redacted: int = 0
    files: int = 0
    damaged: list[str] = field(default_factory=list)
    """Not what was written; they were not brought, and are shown as lost."""
    can_read_secrets: bool = True
    fsck: tuple[Reconciliation, Found] | None = None


def restore(source: Path, *, is_forced: bool, say: Say = nothing) -> Restored:
    """Nobody may be served meanwhile; `say` is called before each step.

    Raises BackupFailed, and then nothing was put in place.
    """
    try:
        with private_files(), opened(source) as backup:
            return restored_from(backup, is_forced=is_forced, say=say)
    except (StorageFailed, UnreadableJournal) as fault:
        raise BackupFailed(f"The storage, or its deletion journal, cannot be read: {fault}") from fault


def restored_from(backup: Backup, *, is_forced: bool, say: Say) -> Restored:
    check_kind(backup)
    target = databases.target()
    target.recover()
    if target.is_there():
        say("What was deleted here")
        save_what_was_deleted(target, is_forced=is_forced)
    say("Rows")
    target.fill_aside(backup)
    bring_up_to_date()
    check_clocks(backup)
    done = made_ready(backup, say)
    say("Rows are put in place")
    target.put_in_place()
    remove_parquet()
    write_deletions_if_possible()
    say("Rows and files are compared")
    done.fsck = reconcile(is_repair=False)
    show_lost(done.fsck[1])
    return done


def made_ready(backup: Backup, say: Say) -> Restored:
    """Rows without what was deleted, and their files."""
    say("What was deleted since is deleted again")
    done = Restored(backup.header["taken_at"], replay(deletions_in_storage()))
    say("Files")
    bring_files(backup, done)
    done.redacted = redact(done.replayed.to_redact)
    done.can_read_secrets = can_read_secrets()
    return done


def check_kind(backup: Backup) -> None:
    for what, here in (("database", connection.vendor), ("objects", kind_of_storage())):
        if backup.header[what] != here:
            raise BackupFailed(f"The backup's {what}: {backup.header[what]}. Of this installation: {here}.")


def save_what_was_deleted(target: databases.Target, *, is_forced: bool) -> None:
    """The database that is replaced may know of deletions that have not reached the storage."""
    try:
        if target.holds_rows() and not is_forced:
            raise BackupFailed(
                "There are sessions, people or projects here already. --force replaces them with the backup's."
            )
        if Deletion._meta.db_table in connection.introspection.table_names():
            write_deletions()
    except DatabaseError as fault:
        if not is_forced:
            raise BackupFailed(f"The database here cannot be read ({fault}). --force replaces it.") from None
        logger.warning(
            "The database that is replaced cannot be read; the storage alone tells what was deleted."
        )


def bring_up_to_date() -> None:
    """A backup of an older version gets this one's tables; this one cannot read a newer version's."""
    executor = MigrationExecutor(connection)
    unknown = executor.loader.applied_migrations.keys() - executor.loader.disk_migrations.keys()
    if unknown:
        app, name = min(unknown)
        raise BackupFailed(f"The backup is of another version of Playhead: {app}.{name} is not known here.")
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True, database=DEFAULT_DB_ALIAS)


def check_clocks(backup: Backup) -> None:
    """What has expired is not restored, so the time has to be right."""
    now = datetime.now(UTC)
    if now < datetime.fromisoformat(backup.header["taken_at"]):
        raise BackupFailed(
            f"The backup was taken at {backup.header['taken_at']}. Set this machine's clock right."
        )
    if reason := reason_by_clock(abs(now - database_now())):
        raise BackupFailed(reason)


def bring_files(backup: Backup, done: Restored) -> None:
    """Those that the rows name after the replay. They never change, so what is here already, and whole, is left."""
    for wanted in wanted_by():
        name = next((name for name in wanted.names if name in backup), None)
        if name is None or is_here(backup, name):
            continue
        if backup.copy(name, path_of(name)):
            done.files += 1
        else:
            done.damaged.append(name)


def is_here(backup: Backup, name: str) -> bool:
    path = path_of(name)
    if not path.is_file() or path.stat().st_size != backup.size_of(name):
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == backup.digest_of(name)


def remove_parquet() -> None:
    """Of sessions as they were before; restored rows know of none. While the storage is down it is left to fsck."""
    with suppress(StorageFailed):
        for file in list(stored.files_below(PARQUET)):
            stored.remove(file.key)


def can_read_secrets() -> bool:
    """Whether SECRETS_KEY is the one that the backup's API secrets were encrypted with."""
    try:
        for secret in ApiKey.objects.filter(revoked_at=None).values_list("encrypted_secret", flat=True)[:1]:
            decrypt(secret)
    except UnreadableSecret:
        return False
    return True


def as_told(done: Restored) -> dict[str, Any]:
    """Counts and keys made of ids."""
    assert done.fsck is not None
    run, found = done.fsck
    return {
        "taken_at": done.taken_at,
        "files": done.files,
        "damaged": done.damaged,
        "not_restored": {
            "sessions": done.replayed.sessions,
            "projects": done.replayed.projects,
            "accounts": done.replayed.accounts,
            "uploads": done.replayed.uploads,
        },
        "without_owner": done.replayed.without_owner,
        "left_to_erase": done.replayed.left,
        "redacted": done.redacted,
        "can_read_secrets": done.can_read_secrets,
        "fsck": {"files": run.files, "lost": run.lost, "orphans": run.orphans, "young": found.young},
    }
