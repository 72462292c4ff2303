"""`manage.py import-session`: sessions out of files that lie on this server."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from observability.imports.loose import Source
from observability.imports.refusals import ImportRefused
from observability.imports.run import Outcome, as_json, import_files
from projects.audit import record_event
from projects.management.named import project_named
from projects.models import Project

WORDS = {
    "imported": "imported",
    "added": "completed",
    "already-here": "here already",
    "refused": "not imported",
}


class Command(BaseCommand):
    help = "Import sessions: zips of “Download data”, OTLP/JSON, or an Ogg recording with its chat history."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "files", nargs="+", type=Path, metavar="FILE", help="files that are no zip belong together"
        )

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        project = project_named(options["project"])
        outcomes = outcomes_of(project, files)
        told = {"project": project.slug, "sessions": [as_json(outcome) for outcome in outcomes]}
        self.stdout.write(json.dumps(told) if options["json"] else as_lines(outcomes))
        if any(outcome.state == "refused" for outcome in outcomes):
            raise CommandError("Not every session was imported; see above.")


def outcomes_of(project: Project, files: Sequence[Path]) -> list[Outcome]:
    with ExitStack() as stack:
        try:
            sources = [
                Source(path.name, stack.enter_context(path.open("rb")), path.stat().st_size) for path in files
            ]
            outcomes = import_files(project, sources, now=timezone.now())
        except (ImportRefused, OSError) as fault:
            raise CommandError(str(fault)) from None
    for outcome in outcomes:
        if outcome.has_changed:
            record_event(project, None, "session.imported", outcome.session_id)
    return outcomes


def as_lines(outcomes: Sequence[Outcome]) -> str:
    return "\n".join(
        f"{outcome.name}: job {outcome.job_id or '(none)'} {WORDS[outcome.state]}, {outcome.records} records and "
        f"{outcome.recordings} recordings added. {outcome.message}".rstrip()
        for outcome in outcomes
    )
