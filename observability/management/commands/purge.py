"""`manage.py purge`: what the worker does every hour, now; and the word with which an operator lets it go on."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from observability.models import PurgeRun
from observability.retention.brake import outlook
from observability.retention.purge import purge


class Command(BaseCommand):
    help = "Erase what has expired: sessions with all their records and files."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")
        parser.add_argument("--force", action="store_true", help="go on though it was held back")

    def handle(self, *args: Any, json: bool, dry_run: bool, force: bool, **options: Any) -> None:
        told = {"dry_run": dry_run, **before()}
        if not dry_run:
            told |= fields_of(purge(is_forced=force))
        self.stdout.write(as_json(told) if json else as_lines(told))


def before() -> dict[str, Any]:
    found = asdict(outlook())
    return {f"sessions_{name}" if name in ("due", "total", "usual") else name: found[name] for name in found}


def fields_of(run: PurgeRun) -> dict[str, Any]:
    assert run.ended_at is not None
    return {
        "begun_at": run.begun_at.isoformat(),
        "ended_at": run.ended_at.isoformat(),
        "forced": run.is_forced,
        "sessions": run.sessions,
        "sessions_left": run.sessions_left,
        "files": run.files,
        "bytes": run.bytes,
        "rows": run.rows,
        "held_back": run.held_back,
    }


def as_json(told: dict[str, Any]) -> str:
    return json.dumps(told)


def as_lines(told: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value not in ("", None))
