"""`manage.py staff-access PROJECT`: operators' access to a project's sessions, begun, ended or listed.

As on the System page: the project's admins see it, and why.
"""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from projects.mail import mail_grant
from projects.management.named import project_named
from projects.models import StaffGrant
from projects.pages.forms import StaffAccessForm
from projects.staff import begin_grant, end_grant, grants_running_in


class Command(BaseCommand):
    help = "Let an operator look into a project for a while, end that, or say who may look now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", metavar="SLUG")
        parser.add_argument("--operator", metavar="EMAIL", help="who is to look")
        parser.add_argument("--reason", default="", help="why; the project's admins read it")
        parser.add_argument("--minutes", type=int, default=settings.STAFF_ACCESS_MAX_MINUTES)
        parser.add_argument("--end", action="store_true", help="end all access that operators have now")
        parser.add_argument("--json", action="store_true", help="print each grant as one line of JSON")

    def handle(self, *args: Any, project: str, **options: Any) -> None:
        found = project_named(project)
        if options["operator"]:
            begun_by_command(project, options)
        if options["end"]:
            for grant in grants_running_in(found):
                end_grant(grant, by=None)
        for grant in grants_running_in(found):
            told = told_of(grant)
            self.stdout.write(json.dumps(told) if options["json"] else "  ".join(told.values()))


def begun_by_command(project: str, options: dict[str, Any]) -> StaffGrant:
    operator = User.objects.filter(email__iexact=options["operator"], is_staff=True).first()
    if operator is None:
        raise CommandError(f"{options['operator']} is no operator of this server.")
    if not 1 <= options["minutes"] <= settings.STAFF_ACCESS_MAX_MINUTES:
        raise CommandError(f"--minutes is from 1 to {settings.STAFF_ACCESS_MAX_MINUTES}.")
    try:
        reason = StaffAccessForm.base_fields["reason"].clean(options["reason"])
        grant = begin_grant(project, operator, reason=reason, minutes=options["minutes"])
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    mail_grant(grant)
    return grant


def told_of(grant: StaffGrant) -> dict[str, str]:
    return {
        "operator": str(grant.operator),
        "reason": grant.reason,
        "begun_at": grant.begun_at.isoformat(),
        "until": grant.until.isoformat(),
    }
