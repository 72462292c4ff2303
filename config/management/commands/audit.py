"""`manage.py audit PROJECT`: the audit trail of a project, newest first."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from projects.management.named import project_named
from projects.models import AuditEvent
from projects.trail import who_did


class Command(BaseCommand):
    help = "Print who did or saw what in a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", metavar="SLUG")
        parser.add_argument("--since", metavar="TIME", help="such as 2026-11-01T00:00:00Z")
        parser.add_argument("--limit", type=int, default=1000)
        parser.add_argument("--json", action="store_true", help="print each event as one line of JSON")

    def handle(self, *args: Any, project: str, **options: Any) -> None:
        found = project_named(project)
        events = (
            AuditEvent.objects.filter(project=found)
            .select_related("actor", "token", "grant")
            .order_by("-at", "-pk")
        )
        if options["since"]:
            events = events.filter(at__gte=moment_of(options["since"]))
        for event in events[: options["limit"]]:
            told = told_of(event)
            self.stdout.write(json.dumps(told) if options["json"] else "  ".join(filter(None, told.values())))


def moment_of(text: str) -> Any:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{text} is no time; write it as 2026-11-01T00:00:00Z.")
    return make_aware(moment) if is_naive(moment) else moment


def told_of(event: AuditEvent) -> dict[str, str]:
    return {
        "at": event.at.isoformat(),
        "who": who_did(event, server="an operator"),
        "what": event.verb,
        "target": event.target,
        "address": event.address or "",
        "operators_reason": event.grant.reason if event.grant else "",
    }
