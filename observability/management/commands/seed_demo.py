"""`manage.py seed-demo [PROJECT]`: two made-up sessions to look around in."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from observability.demo.seed import seed
from projects.management.named import project_named


class Command(BaseCommand):
    help = "Add the demo sessions to a project, unless it had them already."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", nargs="?", default="demo", metavar="SLUG")
        parser.add_argument("--again", action="store_true", help="add them even if the project had them")

    def handle(self, *args: Any, project: str, again: bool, **options: Any) -> None:
        found = project_named(project)
        added = seed(found, now_ns=time.time_ns(), again=again)
        self.stdout.write(f"Demo sessions added: {len(added)}.")
