"""Two purges, and a purge beside uploads, on real connections."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from observability.models import Batch, PurgeRun, Recording, Session
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from observability.retention.purge import purge
from tests.people import SessionFactory
from tests.recordings.left import stored_files
from tests.retention.erasing import expire
from tests.sending import spans

pytestmark = pytest.mark.django_db(transaction=True)
BATCHES = 45


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Each on a thread and a connection of its own; what went wrong."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def long_session(project):
    session = SessionFactory(project=project)
    Batch.objects.bulk_create(
        Batch(
            project=project,
            session=session,
            seq=number,
            signal="traces",
            digest=number.to_bytes(16),
            payload=b"x" * 1000,
            record_count=1,
            received_at=session.first_received_at,
        )
        for number in range(1, BATCHES + 1)
    )
    return session


def test_two_purges_at_once_harm_neither_each_other_nor_anything_else(project, talk):
    lives = long_session(project)
    for session in [talk, *(long_session(project) for _ in range(4))]:
        expire(session)

    errors = at_once(purge, purge)

    assert errors == []
    assert list(Session.objects.all()) == [lives]
    assert Batch.objects.count() == BATCHES
    assert stored_files() == {}
    assert sorted(PurgeRun.objects.values_list("sessions_left", flat=True)) in ([0, 0], [0, 1])
    assert sum(PurgeRun.objects.values_list("sessions", flat=True)) == 5


def test_a_session_deleted_twice_at_once_is_deleted_once(project):
    session = long_session(project)
    receipts = []

    at_once(*[lambda: receipts.append(delete_session(session))] * 2)

    assert sorted(receipt is None for receipt in receipts) == [False, True]


def test_uploads_while_their_session_is_erased_leave_nothing(agent, project):
    agent.send("traces", spans("first"))
    session = Session.objects.get()
    statuses = []

    def send() -> None:
        statuses.extend(
            agent.send("traces", spans("late", first_id=number)).status_code for number in range(10, 30)
        )

    def remove() -> None:
        delete_session(session)
        erase(session.pk)

    errors = at_once(send, remove)
    erase(session.pk)

    assert errors == []
    assert set(statuses) == {200}
    assert (Session.objects.count(), Batch.objects.count(), Recording.objects.count()) == (0, 0, 0)


def test_another_sessions_upload_never_waits_for_the_whole_of_it(agent, project):
    """Uploads come between the steps: by the end some have been answered while rows were still going."""
    agent.send("traces", spans("first", job="AJ_other"))
    session = long_session(project)
    expire(session)
    left_when_answered = []

    def rest() -> None:
        answer = agent.send("traces", spans("next", job="AJ_other", first_id=100 + len(left_when_answered)))
        assert answer.status_code == 200
        left_when_answered.append(Batch.objects.filter(session=session).count())

    erase(session.pk, rest=rest)

    assert left_when_answered[0] == BATCHES
    assert any(0 < left < BATCHES for left in left_when_answered)
