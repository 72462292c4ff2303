"""`manage.py stats`: how the whole server does, as on the System page."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from observability.queries.system import SystemStats, system_stats


class Command(BaseCommand):
    help = "Tell sessions, rates, refusals, waiting work, storage and the last purge."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print everything as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        stats = system_stats(timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(stats.as_json(), cls=DjangoJSONEncoder))
        else:
            self.stdout.write(as_lines(stats))


def as_lines(stats: SystemStats) -> str:
    sessions = ", ".join(f"{count} {status}" for status, count in stats.sessions.items())
    projects = f"{stats.projects} project" if stats.projects == 1 else f"{stats.projects} projects"
    lines = [
        f"{projects}; sessions: {sessions}; {stats.expired_sessions} expired and not erased yet.",
        f"{stats.uploads_per_s} uploads a second in the last five minutes.",
    ]
    lines += [f"Refused: {each.count} {each.reason} {each.signal}".rstrip() + "." for each in stats.refusals]
    lines += [
        f"{each.kind}: {each.waiting} waiting, oldest due for {each.lag_s} s, {each.set_aside} set aside."
        for each in stats.queues
    ]
    lines += [f"Bytes in {name}: {size}." for name, size in stats.storage_bytes.items()]
    return "\n".join(lines)
