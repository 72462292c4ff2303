"""`manage.py sign-in-link EMAIL`: a way in without a password or a mail server."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from config.installation import sign_in_url


class Command(BaseCommand):
    help = "Print a link that signs this person in once, within a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is nobody with the address {email}.")
        self.stdout.write(sign_in_url(user))
