"""Erasing keeps out of the way, and leaves the connection as it was."""

import pytest
from django.db import connection, connections, transaction

from observability.retention.erase import Erased, remove_rows
from observability.retention.purge import purge
from tests.people import SessionFactory
from tests.retention.erasing import expire
from tests.retention.test_erase import Killed

pytestmark = pytest.mark.django_db(transaction=True)


def waits_for_the_disk() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_is_committed_after_a_purge_waits_for_the_disk_again(project, is_killed):
    expire(SessionFactory(project=project))
    seen = set()

    def rest() -> None:
        seen.add(waits_for_the_disk())
        if is_killed:
            raise Killed

    try:
        purge(rest=rest)
    except Killed:
        assert is_killed

    assert ("off" in seen, waits_for_the_disk()) == (True, "on")


def test_agents_begin_sessions_while_one_of_their_project_is_erased(project):
    """Each row that points to the project needs its row, which nobody may hold for himself meanwhile."""
    session = expire(SessionFactory(project=project))
    agent = connections.create_connection("default")

    with transaction.atomic():
        remove_rows([session], Erased())
        with agent.cursor() as cursor:
            cursor.execute("SELECT id FROM projects_project FOR KEY SHARE NOWAIT")
            found = cursor.fetchall()

    agent.close()
    assert found == [(project.pk,)]
