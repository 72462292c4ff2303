"""Which of the two databases this installation has."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.db import connection

from observability.backups import postgresql, sqlite
from observability.backups.layout import Backup


class Target(Protocol):
    """Where a restore brings the rows: beside what is there, until they are fit to be served."""

    def recover(self) -> None:
        """Undo what a restore that was killed has left."""

    def is_there(self) -> bool: ...

    def holds_rows(self) -> bool:
        """Whether anybody could lose something by it."""

    def fill_aside(self, backup: Backup) -> None:
        """From here on this process works on the restored rows, and nobody else does. Raises BackupFailed."""

    def put_in_place(self) -> None:
        """Raises BackupFailed while somebody works on what is to be replaced."""


def check_dumping() -> None:
    """Before hours of copying. Raises BackupFailed."""
    if connection.vendor == "postgresql":
        postgresql.refuse_a_pooler()
        postgresql.program("pg_dump")


def dumped(target: Path) -> AbstractContextManager[None]:
    """Write the rows of one moment to `target`; meanwhile this process reads them. Raises BackupFailed."""
    return sqlite.dumped(target) if connection.vendor == "sqlite" else postgresql.dumped(target)


def target() -> Target:
    return sqlite.SqliteTarget() if connection.vendor == "sqlite" else postgresql.PostgresTarget()
