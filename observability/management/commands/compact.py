"""`manage.py compact`: what the worker does with PARQUET=on, now; or removes all of it."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from observability.compaction.run import compact, remove_all
from observability.jobs import NotYet
from projects.management.named import project_named


class Command(BaseCommand):
    help = (
        "Write sealed sessions of days that are over as Parquet. With --remove, remove all Parquet instead."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", metavar="SLUG", help="of this one alone")
        parser.add_argument(
            "--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="of this one alone, UTC"
        )
        parser.add_argument("--remove", action="store_true", help="remove all Parquet of all projects")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, day: date | None, remove: bool, **options: Any) -> None:
        if remove and (options["project"] or day):
            raise CommandError("--remove is of all projects and days.")
        project = project_named(options["project"]) if options["project"] else None
        try:
            told = {"removed": remove_all()} if remove else compact(project, day)
        except NotYet as reason:  # the storage is down, or a worker is at it
            raise CommandError(str(reason)) from None
        self.stdout.write(json.dumps(told) if options["json"] else as_lines(told))


def as_lines(told: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value != "")
