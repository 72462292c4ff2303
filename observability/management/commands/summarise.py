"""`manage.py summarise`: lists and Insights tell of sessions that are over what this version reads in them."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from observability.recordings.files import StorageFailed
from observability.retention.pace import rest
from observability.sessions.again import Again, summarise_again
from projects.management.named import project_named


class Command(BaseCommand):
    help = "Summarise sessions anew that are over, the newest first, after an upgrade that reads them better."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", metavar="SLUG", help="those of this one alone")
        parser.add_argument(
            "--made-before",
            type=moment,
            metavar="TIME",
            help="those alone whose summary is older than this, such as 2026-11-29T18:00Z; to go on after a stop",
        )
        parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")

    def handle(self, *args: Any, made_before: datetime | None, **options: Any) -> None:
        project = project_named(options["project"]) if options["project"] else None
        before = made_before or timezone.now()
        self.stderr.write(f"To go on after a stop: --made-before {before:%Y-%m-%dT%H:%M:%SZ}")
        done = Again()
        try:
            for done in summarise_again(made_before=before, project=project, rest=rest):
                self.stderr.write(f"{done.sessions} sessions …")
        except StorageFailed as fault:
            raise CommandError(f"The storage cannot be read: {fault}") from None
        self.stdout.write(json.dumps(asdict(done)) if options["json"] else as_lines(done))


def moment(text: str) -> datetime:
    """Raises ValueError for what is no time; UTC where it names no zone."""
    found = datetime.fromisoformat(text)
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def as_lines(done: Again) -> str:
    lost = f"; {done.lost} whose archive is lost are as they were" if done.lost else ""
    return f"Sessions summarised: {done.sessions}{lost}."
