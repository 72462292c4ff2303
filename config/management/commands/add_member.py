"""`manage.py add-member PROJECT EMAIL`: one more person who may see a project, or another role for them."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import User
from config.installation import sign_in_url
from projects.actions import add_member
from projects.management.named import project_named
from projects.models import Role


class Command(BaseCommand):
    help = "Make a person a member of a project, and print a link that signs them in once, within a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", metavar="SLUG")
        parser.add_argument("email")
        parser.add_argument("--role", choices=Role.values, default=Role.MEMBER)

    def handle(self, *args: Any, project: str, email: str, role: str, **options: Any) -> None:
        found = project_named(project)
        try:
            validate_email(email)
            with transaction.atomic():
                user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
                add_member(found, user, Role(role))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{user.email} is {Role(role).label.lower()} of {found.name}:\n{sign_in_url(user)}")
