"""`manage.py erase-caller`: a person asked that what is kept of them be erased."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from observability.retention.callers import CallerErased, erase_caller
from observability.retention.naming import FEWEST_DIGITS, Caller, digits_of
from projects.management.named import project_named
from projects.models import Project


class Command(BaseCommand):
    help = (
        "Erase every session of a project in which a caller took part, and print a receipt without content."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--identity", default="", help="the participant's identity in LiveKit")
        parser.add_argument("--phone", default="", help="the caller's number, written in any way")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, identity: str, phone: str, **options: Any) -> None:
        project = project_named(options["project"])
        if not identity and not phone:
            raise CommandError("Say who: --identity, --phone, or both.")
        if phone and len(digits_of(phone)) < FEWEST_DIGITS:
            raise CommandError(f"A telephone number has at least {FEWEST_DIGITS} digits.")
        told = receipt_of(project, erase_caller(project, Caller(identity, phone)))
        self.stdout.write(json.dumps(told) if options["json"] else as_lines(told))


def receipt_of(project: Project, done: CallerErased) -> dict[str, Any]:
    return {
        "project": project.slug,
        "sessions": [receipt.as_json() for receipt in done.sessions],
        "pending": done.pending,
        "unread": done.unread,
        "samples": done.samples,
        "erased": asdict(done.erased),
    }


def as_lines(told: dict[str, Any]) -> str:
    lines = [f"Sessions erased: {len(told['sessions']) - len(told['pending'])}."]
    lines += [f"  {each['id']}  job {each['job_id']}  {each['records']} records" for each in told["sessions"]]
    if told["pending"]:
        lines.append(f"Out of reach, and being erased by the worker: {', '.join(told['pending'])}.")
    if told["unread"]:
        lines.append(f"Could not be read, so look at them yourself: {', '.join(told['unread'])}.")
    if told["samples"]:
        lines.append(f"Samples kept for model improvement and taken back: {told['samples']}.")
    erased = told["erased"]
    lines.append(f"{erased['files']} files, {erased['bytes']} bytes and {erased['rows']} rows are gone.")
    return "\n".join(lines)
