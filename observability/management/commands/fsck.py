"""`manage.py fsck`: do rows and stored files agree?"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from observability.recordings.files import StorageFailed
from observability.retention.reconcile import KEYS_SHOWN, reconcile


class Command(BaseCommand):
    help = "Compare rows and stored files. With --repair, show what is missing as lost, and remove what is nobody's."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--repair", action="store_true")
        parser.add_argument("--force", action="store_true", help="repair though it was held back")

    def handle(self, *args: Any, repair: bool, force: bool, **options: Any) -> None:
        try:
            run, found = reconcile(is_repair=repair, is_forced=force)
        except StorageFailed as fault:
            raise CommandError(f"The storage cannot be read: {fault}") from None
        told = {
            "repair": repair,
            "files": run.files,
            "lost": run.lost,
            "lost_keys": found.lost[:KEYS_SHOWN],
            "orphans": run.orphans,
            "orphan_keys": [file.key for file in found.orphans[:KEYS_SHOWN]],
            "young": found.young,
            "unaccounted": found.unaccounted,
            "removed": run.removed,
            "removed_bytes": run.removed_bytes,
            "held_back": run.held_back,
        }
        self.stdout.write(json.dumps(told) if options["json"] else as_lines(told))


def as_lines(told: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value not in ("", []))
