"""`manage.py restore`: a backup, without what was deleted after it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.data_lock import lock_data
from observability.backups.failures import BackupFailed
from observability.backups.restore import as_told, restore

OTHER_KEY = (
    "SECRETS_KEY is not the one that the API secrets were encrypted with: agents cannot be recognised. "
    "Set the former one, or give it as SECRETS_KEY_OLD."
)


class Command(BaseCommand):
    help = "Restore a backup. Whatever was deleted or has expired since does not come back: docs/backup.md."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", required=True, type=Path, metavar="PLACE", dest="source")
        parser.add_argument("--force", action="store_true", help="replace what is here")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, source: Path, force: bool, **options: Any) -> None:
        with lock_data():
            try:
                told = as_told(restore(source.resolve(), is_forced=force, say=self.say))
            except (BackupFailed, OSError) as fault:
                raise CommandError(str(fault)) from None
        self.stdout.write(json.dumps(told) if options["json"] else as_lines(told))
        if not told["can_read_secrets"]:
            self.stderr.write(OTHER_KEY)

    def say(self, step: str) -> None:
        """Beside the answer, which may be JSON."""
        self.stderr.write(f"{step} …")


def as_lines(told: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value not in ("", []))
