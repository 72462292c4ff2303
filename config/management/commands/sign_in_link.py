"""`manage.py sign-in-link EMAIL`: a way in without a password or a mail server."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from config.installation import sign_in_url


class Command(BaseCommand):
    help = "Print a link that signs this person in once, within a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", help="May be left out where there is only one person.")

    def handle(self, *args: Any, email: str | None, **options: Any) -> None:
        self.stdout.write(sign_in_url(person(email)))


def person(email: str | None) -> User:
    people = User.objects.filter(is_active=True)
    if email is not None:
        found = people.filter(email__iexact=email).first()
        if found is None:
            raise CommandError(f"There is nobody with the address {email}.")
        return found
    if not people.exists():
        raise CommandError("Nobody is here yet: manage.py bootstrap --project SLUG makes the first person.")
    if people.count() != 1:
        raise CommandError(
            "There are several people here: name one by email address, as in manage.py sign-in-link you@example.com."
        )
    return people.get()
