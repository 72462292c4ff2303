"""How an operator speaks to an installation, and how it comes to need its backup."""

import json
import shutil
from io import StringIO

from django.conf import settings
from django.core.management import call_command


def manage(*arguments):
    """What the command answers, as a script reads it."""
    out = StringIO()
    call_command(*map(str, arguments), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def backup(place):
    return manage("backup", "--to", place)


def restore(place, *options):
    return manage("restore", "--from", place, *options)


def lose_database():
    """All rows: a new and empty one stands in its place."""
    call_command("flush", interactive=False, verbosity=0)


def lose_files():
    for folder in (settings.MEDIA_ROOT, settings.SPOOL_DIR):
        shutil.rmtree(folder, ignore_errors=True)


def lose_machine():
    lose_database()
    lose_files()
