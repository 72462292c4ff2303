"""`manage.py bootstrap`: a project with credentials, for scripts. Run it as often as you like, also beside a server."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from config import installation
from config.health import has_pending_migrations

PLANS = ["build", "ship", "scale", "enterprise"]


class Command(BaseCommand):
    help = "Make what is missing of a project and its credentials, and print what can be shown; the rest is null."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", default="demo", metavar="SLUG")
        parser.add_argument(
            "--api-key", help="LIVEKIT_API_KEY of your LiveKit server; without it one is made"
        )
        parser.add_argument("--api-secret", help="LIVEKIT_API_SECRET that belongs to --api-key")
        parser.add_argument("--plan", choices=PLANS, help="a new project is on build")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["api_key"]) != bool(options["api_secret"]):
            raise CommandError("--api-key and --api-secret belong together.")
        if has_pending_migrations():
            call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        try:
            made = make(options["project"], options["api_key"], options["api_secret"], plan=options["plan"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(json.dumps(made) if options["json"] else as_lines(made))


@transaction.atomic
def make(slug: str, key: str | None, secret: str | None, *, plan: str | None) -> dict[str, str | None]:
    owner = installation.ensure_owner()
    project = installation.ensure_project(slug, owner=owner, plan=plan)
    if key and secret:
        pair = installation.ensure_given_pair(project, key, secret)
    else:
        pair = installation.ensure_own_pair(project, by=None)
    return {
        "project": project.slug,
        "base_url": installation.address_of(project),
        "api_key": pair.key,
        "api_secret": pair.secret,
        "read_token": installation.ensure_read_token(project),
        "email": owner.email,
        "password": installation.ensure_password(owner),
    }


def as_lines(made: dict[str, str | None]) -> str:
    return "\n".join(
        f"{name}: {'(shown before)' if value is None else value}" for name, value in made.items()
    )
