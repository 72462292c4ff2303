"""A backup that is damaged, half there, or of another machine: what is brought back of it, and what is refused."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from observability.models import (
    Recording,
    Session,
)
from projects.secrets import _cipher
from tests.backups.losing import (
    alive,
    as_another_process,
    backup,
    lose_database,
    lose_machine,
    named,
    restore,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_damaged_file_is_not_brought_and_shown_as_lost(sealed, place):
    backup(place)
    name = f"objects/{Recording.objects.get().name}"
    (place / name).write_bytes(b"rotten")
    lose_machine()

    told = restore(place)

    assert (told["damaged"], told["fsck"]["lost"]) == ([name], 1)
    assert "missing from the storage" in Recording.objects.get().problem


def test_a_file_here_that_has_its_length_and_not_its_content_is_replaced(sealed, place):
    backup(place)
    file = Path(settings.MEDIA_ROOT, Recording.objects.get().name)
    content = file.read_bytes()
    file.write_bytes(bytes(len(content)))

    told = restore(place, "--force")

    assert (file.read_bytes(), told["fsck"]["lost"]) == (content, 0)


def test_a_database_that_cannot_be_read_any_more_is_replaced(sealed, place):
    """Which is what most restores are for. Of PostgreSQL the server has to be there."""
    backup(place)
    shown = alive()
    if connection.vendor == "sqlite":
        connection.close()
        Path(connection.settings_dict["NAME"]).write_bytes(b"rotten" * 4000)

    restore(place, "--force")

    assert alive() == shown


def test_damaged_rows_are_refused(sealed, place):
    backup(place)
    with (place / "database").open("r+b") as file:
        file.seek(5000)
        file.write(b"rotten")

    with pytest.raises(CommandError, match="database is damaged"):
        restore(place, "--force")


def test_half_a_backup_is_refused(sealed, place):
    backup(place)
    (place / "manifest.jsonl").unlink()

    with pytest.raises(CommandError, match=r"is no whole backup: manifest\.jsonl is missing"):
        restore(place, "--force")


def test_a_backup_of_a_newer_version_is_refused(sealed, place):
    MigrationRecorder(connection).record_applied("observability", "9999_tomorrow")
    backup(place)
    MigrationRecorder(connection).record_unapplied("observability", "9999_tomorrow")

    with (
        as_another_process(),
        pytest.raises(CommandError, match=r"observability\.9999_tomorrow is not known here"),
    ):
        restore(place, "--force")

    assert alive() == named(sealed)


def test_a_machine_without_the_key_says_so(sealed, api_key, place, settings):
    backup(place)
    settings.SECRETS_KEY = "another key"
    _cipher.cache_clear()

    told = restore(place, "--force")

    _cipher.cache_clear()
    assert told["can_read_secrets"] is False


def test_a_damaged_journal_stops_it(sealed, delete, place):
    backup(place)
    delete(sealed)
    lose_database()
    [journal] = (Path(settings.MEDIA_ROOT) / "deletions").rglob("*.jsonl")
    journal.write_text("{")

    with as_another_process(), pytest.raises(CommandError, match="deletion journal, cannot be read"):
        restore(place)

    assert Session.objects.count() == 0
