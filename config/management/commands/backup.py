"""`manage.py backup`: rows and files as they belong together, while uploads go on."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from observability.backups.failures import BackupFailed
from observability.backups.take import SHOWN, Taken, take_backup


class Command(BaseCommand):
    help = "Take a backup of database, recordings, archives and spool. Keys are not in it: docs/backup.md."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to",
            required=True,
            type=Path,
            metavar="PLACE",
            help="a new folder, or a new file ending in .tar",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, to: Path, **options: Any) -> None:
        try:
            told = told_of(take_backup(to.resolve(), say=self.say))
        except (BackupFailed, OSError) as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(json.dumps(told) if options["json"] else as_lines(told))

    def say(self, step: str) -> None:
        """Beside the answer, which may be JSON."""
        self.stderr.write(f"{step} …")


def told_of(taken: Taken) -> dict[str, Any]:
    return {
        "files": taken.files,
        "bytes": taken.bytes,
        "database_bytes": taken.database_bytes,
        "lost": len(taken.lost),
        "lost_names": list(taken.lost[:SHOWN]),
    }


def as_lines(told: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value not in ("", []))
