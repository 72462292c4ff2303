"""SQLite's side of a backup: a copy by the online backup API, and one made ready beside the file that it replaces."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from observability.backups.failures import BackupFailed
from observability.backups.layout import DATABASE, Backup
from observability.backups.rows import NOT_BACKED_UP, holds_rows, point_to
from observability.storage.objects import sync_folder

WAIT_S = 30


@contextmanager
def dumped(target: Path) -> Iterator[None]:
    """Copy the database as it is at one moment, while uploads go on; until the end this process reads the copy."""
    name = str(connection.settings_dict["NAME"])
    with (
        closing(sqlite3.connect(name, timeout=WAIT_S)) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        source.backup(copy)  # in one step, or each upload meanwhile would make it begin anew
        copy.execute("PRAGMA secure_delete = ON")
        for table in NOT_BACKED_UP:
            copy.execute(f"DELETE FROM {table}")  # noqa: S608  (our own names)
    point_to(str(target))
    try:
        yield
    finally:
        point_to(name)
        empty_log(target)


class SqliteTarget:
    """The database of this installation, and the one that is made ready to take its place."""

    def __init__(self) -> None:
        self._file = Path(connection.settings_dict["NAME"])
        self._aside = self._file.with_name(self._file.name + ".restoring")

    def recover(self) -> None:
        """Remove what a restore that was killed has left."""
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{self._aside}{suffix}").unlink(missing_ok=True)

    def is_there(self) -> bool:
        return self._file.exists()

    def holds_rows(self) -> bool:
        return self._file.exists() and holds_rows()

    def fill_aside(self, backup: Backup) -> None:
        """From here on the process works on the restored rows."""
        self._aside.parent.mkdir(parents=True, exist_ok=True)
        if not backup.copy(DATABASE, self._aside):
            raise BackupFailed("The backup's database is damaged; it is not what was written.")
        point_to(str(self._aside))

    def put_in_place(self) -> None:
        connection.close()
        empty_log(self._aside)
        if self._file.exists():
            clear_away(self._file)
        os.replace(self._aside, self._file)
        sync_folder(self._file.parent)
        point_to(str(self._file))


def clear_away(file: Path) -> None:
    """Of a database that is replaced. If it is no database any more, that is why it is."""
    try:
        empty_log(file)
    except sqlite3.OperationalError as fault:
        raise BackupFailed(f"{file} is in use ({fault}). Stop what works on it, and try again.") from None
    except sqlite3.DatabaseError:
        remove_log(file)


def empty_log(file: Path) -> None:
    """What stands in the write-ahead log of one file must not be read into another of its name."""
    with closing(sqlite3.connect(file, timeout=WAIT_S)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log = Path(f"{file}-wal")
    if log.exists() and log.stat().st_size:
        raise BackupFailed(f"{file} is in use. Stop what works on it, and try again.")
    remove_log(file)


def remove_log(file: Path) -> None:
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
