"""`manage.py set-plan PROJECT PLAN`: another plan for a project. It counts for sessions that begin after it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.actions import change_plan
from projects.audit import record_event
from projects.management.named import project_named
from projects.models import Plan


class Command(BaseCommand):
    help = "Give a project another plan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", metavar="SLUG")
        parser.add_argument("plan", help="its short name, such as build or ship")
        parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")

    def handle(self, *args: Any, project: str, plan: str, **options: Any) -> None:
        found = project_named(project)
        wanted = Plan.objects.filter(slug=plan).first()
        if wanted is None:
            known = ", ".join(Plan.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no plan {plan}. There are: {known}.")
        before = found.plan
        if before != wanted:
            change_plan(found, wanted)
            record_event(found, None, "plan.changed", f"{before.slug} to {wanted.slug}")
        told = {"project": project, "before": before.slug, "plan": wanted.slug}
        self.stdout.write(json.dumps(told) if options["json"] else f"{project} is on {wanted.name} now.")
