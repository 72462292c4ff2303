"""What holds only where rows are held one by one; SQLite has one writer for all. Not collected there (conftest.py)."""

import threading
import time

import pytest
from django.db import connection, transaction

from observability.models import Session
from observability.retention.erase import erase_together
from tests.ingest.test_together import all_at_once
from tests.live.viewer import EVENTUALLY_S
from tests.people import SessionFactory
from tests.retention.erasing import expire
from tests.sending import spans

pytestmark = pytest.mark.django_db(transaction=True)


def await_waiting(count: int) -> None:
    """Until so many connections wait for a row that another one holds."""
    until = time.monotonic() + EVENTUALLY_S
    while waiting() < count:
        assert time.monotonic() < until, "Nobody waits."
        time.sleep(0.01)


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot()"
        )  # one transaction is told the same each time otherwise
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def test_an_upload_of_several_jobs_and_a_purge_of_them_never_wait_for_each_other(agent, project):
    """The upload comes for "AJ_a" first, whose row is the younger one."""
    for job in ["AJ_b", "AJ_a", "AJ_B"]:
        expire(SessionFactory(project=project, job_id=job))
    is_held = threading.Barrier(3)
    upload_waits = threading.Event()
    statuses = []

    def hold() -> None:
        with transaction.atomic():
            Session.objects.select_for_update().get(job_id="AJ_a")
            is_held.wait()
            await_waiting(1)
            upload_waits.set()
            await_waiting(2)

    def send() -> None:
        is_held.wait()
        body = (
            spans("late", job="AJ_a")
            + spans("late", job="AJ_b", first_id=2)
            + spans("late", job="AJ_B", first_id=3)
        )
        with transaction.atomic():  # of its own, an upload is tried again when PostgreSQL has ended it
            statuses.append(agent.send("traces", body).status_code)

    def erase() -> None:
        is_held.wait()
        assert upload_waits.wait(EVENTUALLY_S)
        erase_together(list(Session.objects.order_by("pk").values_list("pk", flat=True)), rest=lambda: None)

    all_at_once(hold, send, erase)

    assert statuses == [200]
    assert Session.objects.count() == 0
