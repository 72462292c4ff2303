"""`manage.py create-project SLUG --owner EMAIL`: a project with an owner, on a plan."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import User
from config.installation import sign_in_url
from projects.actions import create_project
from projects.models import Plan


class Command(BaseCommand):
    help = "Create a project, and its owner if there is no such account; prints a link that signs the owner in once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", metavar="SLUG")
        parser.add_argument("--name", default="", help="the slug, in words, if left out")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--plan", default="build")
        parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")

    def handle(self, *args: Any, project: str, owner: str, plan: str, **options: Any) -> None:
        name = options["name"] or project.replace("-", " ").capitalize()
        try:
            validate_email(owner)
            with transaction.atomic():
                user = User.objects.filter(email__iexact=owner).first() or User.objects.create_user(owner)
                create_project(name, project, owner=user, plan=plan)
        except Plan.DoesNotExist:
            raise CommandError(f"There is no plan {plan}.") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        told = {
            "project": project,
            "name": name,
            "owner": user.email,
            "plan": plan,
            "sign_in": sign_in_url(user),
        }
        words = f"{name} is there, and {user.email} owns it:\n{told['sign_in']}"
        self.stdout.write(json.dumps(told) if options["json"] else words)
