"""PostgreSQL's side of a backup: pg_dump of one snapshot, and a database made ready beside the one that it replaces."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, transaction
from django.db.backends.postgresql.client import DatabaseClient

from observability.backups.failures import BackupFailed
from observability.backups.layout import DATABASE, Backup
from observability.backups.rows import NOT_BACKED_UP, holds_rows, point_to

MAINTENANCE = "postgres"
"""The database that every server has, to be connected to while ours are renamed."""
PARTING_S = 5.0
"""PostgreSQL itself waits as long for connections that are just ending."""
OTHERS = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"


@contextmanager
def dumped(target: Path) -> Iterator[None]:
    """Dump the database as it is at one moment, while uploads go on; until the end rows are read as of that moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        refuse_a_pooler()
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        options += [f"--exclude-table-data={table}" for table in NOT_BACKED_UP]
        run("pg_dump", [*options, f"--file={target}"])
        yield


def refuse_a_pooler() -> None:
    """pg_dump changes its connection's settings, with which a pooler would then serve others. Raises BackupFailed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    if pid != connection.connection.info.backend_pid:  # a pooler gives its clients numbers of its own
        raise BackupFailed("DATABASE_URL leads to a pooler. Take backups from PostgreSQL's own address.")


class PostgresTarget:
    """The database of this installation, and the one that is made ready to take its place."""

    def __init__(self) -> None:
        self._name = str(connection.settings_dict["NAME"])
        self._aside, self._replaced = f"{self._name}_restoring", f"{self._name}_replaced"

    def recover(self) -> None:
        """Undo what a restore that was killed has left, down to the moment between its two last steps."""
        connection.close()
        if not self.is_there() and self._exists(self._replaced):
            self._rename(self._replaced, self._name)
        self._drop(self._aside)
        self._await_silence()

    def is_there(self) -> bool:
        return self._exists(self._name)

    def holds_rows(self) -> bool:
        return self.is_there() and holds_rows()

    def fill_aside(self, backup: Backup) -> None:
        """From here on the process works on the restored rows."""
        self._execute(f"CREATE DATABASE {quoted(self._aside)} TEMPLATE template0 ENCODING 'UTF8'")
        # Not where a container has memory for a disk.
        with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.DATA_DIR) as folder:
            dump = Path(folder) / DATABASE
            if not backup.copy(DATABASE, dump):
                raise BackupFailed("The backup's database is damaged; it is not what was written.")
            point_to(self._aside)
            run("pg_restore", ["--no-owner", "--no-privileges", "--exit-on-error", str(dump)])

    def put_in_place(self) -> None:
        connection.close()
        if self.is_there():
            self._rename(self._name, self._replaced)
        self._rename(self._aside, self._name)
        self._drop(self._replaced)
        point_to(self._name)

    def _await_silence(self) -> None:
        """Raises BackupFailed if somebody works on the database: what they write would be replaced."""
        until = time.monotonic() + PARTING_S
        while self._execute(OTHERS, [self._name]):
            if time.monotonic() > until:
                raise BackupFailed(f"Stop all servers and workers first: {self._name} is in use.")
            time.sleep(0.1)

    def _exists(self, name: str) -> bool:
        return bool(self._execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]))

    def _rename(self, name: str, to: str) -> None:
        self._execute(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(to)}")

    def _drop(self, name: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {quoted(name)}")

    def _execute(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """On a connection that is in none of our databases. Raises BackupFailed, such as where somebody is in one."""
        there = {**connection.settings_dict, "NAME": MAINTENANCE}
        maintenance = type(connections[DEFAULT_DB_ALIAS])(there, MAINTENANCE)
        try:
            with maintenance.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []
        except Error as fault:
            raise BackupFailed(f"PostgreSQL refuses: {str(fault).strip()}") from None
        finally:
            maintenance.close()


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def program(name: str) -> str:
    """Where it lies. Raises BackupFailed."""
    path = shutil.which(name)
    if path is None:
        raise BackupFailed(
            f"{name} is not on the PATH. It comes with PostgreSQL's client programs "
            "(postgresql-client), in the version of the server or a newer one."
        )
    return path


def run(name_of_program: str, options: list[str]) -> None:
    """One of PostgreSQL's own programs, on our connection's database; a password travels in its environment."""
    path = program(name_of_program)
    (_, *words, name), variables = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    done = subprocess.run(
        [path, *words, f"--dbname={name}", *options],
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupFailed(f"{name_of_program} failed: {done.stderr.strip()}")
