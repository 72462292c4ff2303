"""What only PostgreSQL can refuse."""

import pytest
from django.core.management import CommandError
from django.db import connection, connections

from observability.backups.failures import BackupFailed
from observability.backups.postgresql import PostgresTarget
from observability.backups.take import take_backup
from tests.backups.losing import backup, restore
from tests.backups.test_restore import alive, as_another_process, named

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def no_client_programs(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


def test_without_pg_dump_the_sentence_says_where_it_comes_from(session, place, no_client_programs):
    with pytest.raises(CommandError, match=r"pg_dump is not on the PATH.*postgresql-client"):
        backup(place)


def test_that_is_found_out_before_anything_is_copied(session, place, no_client_programs):
    said = []

    with pytest.raises(BackupFailed, match="pg_dump"):
        take_backup(place, say=said.append)

    assert said == []


def test_without_pg_restore_nothing_is_changed(session, place, monkeypatch, tmp_path):
    backup(place)
    monkeypatch.setenv("PATH", str(tmp_path))

    with as_another_process(), pytest.raises(CommandError, match="pg_restore is not on the PATH"):
        restore(place, "--force")

    assert alive() == named(session)


def test_a_server_that_still_runs_is_not_served_other_rows_under_its_hands(session, place):
    backup(place)
    server = connections.create_connection("default")
    server.ensure_connection()

    with pytest.raises(CommandError, match="Stop all servers and workers first"):
        restore(place, "--force")

    server.close()
    assert alive() == named(session)


def test_killed_between_its_last_two_steps_the_former_database_comes_back(session, place):
    """The restored one has not got its name yet, and the former one has lost it."""
    backup(place)
    target = PostgresTarget()
    connection.close()
    target._rename(target._name, target._replaced)

    told = restore(place, "--force")

    assert told["fsck"]["lost"] == 0
    assert alive() == named(session)
    assert not target._exists(target._replaced)
