"""How an operator speaks to an installation, and how it comes to need its backup."""

import json
import shutil
from contextlib import contextmanager
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from observability.journal.read import batches_of
from observability.models import Session


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


@contextmanager
def as_another_process():
    """One that ends in the middle of a restore leaves us on the database that we had."""
    name = connection.settings_dict["NAME"]
    yield
    connection.close()
    connection.settings_dict["NAME"] = name


def records_of(session):
    return [record for batch in batches_of(session) for record in batch]


def named(*sessions):
    return sorted(str(session.public_id) for session in sessions)


def alive():
    return named(*Session.objects.filter(deleted_at=None))
