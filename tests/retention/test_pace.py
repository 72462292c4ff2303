"""Erasing keeps out of the way, and leaves the connection as it was."""

import threading
import time

import pytest
from django.db import connection, connections, transaction
from django.db.models.functions import Now

from observability.models import PurgeRun, Session
from observability.retention.erase import Erased, erase, remove_rows
from observability.retention.pace import LOOK_EVERY_S, commits_felt, commits_that_do_not_wait, rest
from observability.retention.purge import purge
from tests.people import SessionFactory
from tests.retention.erasing import expire
from tests.retention.test_erase import Killed

pytestmark = pytest.mark.django_db(transaction=True)
WORK_S = 0.05


def waits_for_the_disk() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])


def told_of(sql_of: str, seen: list[str]):
    """Notes, for statements that begin so, whether their transaction's commit waits for the disk."""

    def look(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith(sql_of):
            seen.append(waits_for_the_disk())
        return result

    return connection.execute_wrapper(look)


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_is_committed_after_a_purge_waits_for_the_disk_again(project, is_killed):
    expire(SessionFactory(project=project))
    deleted: list[str] = []

    def rest() -> None:
        if is_killed and deleted:
            raise Killed

    try:
        with commits_that_do_not_wait(), told_of("DELETE", deleted):
            purge(rest=rest)
    except Killed:
        assert is_killed

    assert (set(deleted), waits_for_the_disk()) == ({"off"}, "on")


def test_between_the_steps_of_a_purge_its_connection_is_as_everybody_elses(project):
    """A pooler gives it to an upload then, which is answered when its commit is on the disk and no sooner."""
    expire(SessionFactory(project=project))
    between: list[str] = []

    purge(rest=lambda: between.append(waits_for_the_disk()))

    assert set(between) == {"on"}


def seconds_of_rest_after(work_s: float) -> float:
    time.sleep(work_s)
    began = time.monotonic()
    rest()
    return time.monotonic() - began


def rests_around_slow_commits(rests: list[float]) -> None:
    with commits_that_do_not_wait():
        with commits_felt():
            PurgeRun.objects.create(begun_at=Now())
        rest()
        rests.append(seconds_of_rest_after(WORK_S))
        with commits_felt():
            PurgeRun.objects.create(begun_at=Now())
            time.sleep(1)  # as where uploads keep the disk busy
        rests.append(seconds_of_rest_after(WORK_S))
    connection.close()


def test_it_rests_thrice_as_long_as_it_worked_and_longer_while_commits_take_longer(live_session):
    """On a thread of its own, which has felt nothing before."""
    rests: list[float] = []
    thread = threading.Thread(target=rests_around_slow_commits, args=(rests,))
    thread.start()
    thread.join()

    assert rests[0] >= 3 * WORK_S
    assert rests[1] >= 6 * WORK_S


def rests_of_a_new_worker(work_s: float, count: int) -> list[float]:
    rests: list[float] = []

    def work() -> None:
        rests.extend(seconds_of_rest_after(work_s) for _ in range(count))
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return rests


def test_while_nobody_is_on_the_line_it_rests_no_longer_than_it_works(project):
    SessionFactory(project=project, status=Session.Status.ENDED)

    assert sum(rests_of_a_new_worker(WORK_S, 20)) < 20 * WORK_S


def test_it_gives_way_to_a_session_that_begins_meanwhile(project):
    rest()
    SessionFactory(project=project, status=Session.Status.LIVE)
    time.sleep(LOOK_EVERY_S)

    assert seconds_of_rest_after(WORK_S) >= 3 * WORK_S


def test_who_was_idle_has_nothing_to_rest_from(project):
    """A worker that has just begun, or comes back to one session hours later."""
    session = expire(SessionFactory(project=project))
    took: list[float] = []

    def erased_by_a_new_worker() -> None:
        began = time.monotonic()
        erase(session.pk)
        took.append(time.monotonic() - began)
        connection.close()

    thread = threading.Thread(target=erased_by_a_new_worker)
    thread.start()
    thread.join()

    assert not Session.objects.exists()
    assert took[0] < 2


def test_a_page_tells_how_long_a_commit_that_waits_takes(project):
    expire(SessionFactory(project=project))
    seen = []

    def settings_of_updates(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "purgerun" in sql and "ended_at" not in sql:
            seen.append(waits_for_the_disk())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(settings_of_updates):
        purge()

    assert seen[0] == "on"


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
