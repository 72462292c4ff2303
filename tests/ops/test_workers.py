import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from config.celery import new_application
from config.workers import EmbeddedCelery
from observability import jobs
from observability.models import Job
from tests.ops import handlers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(jobs.KINDS, "note", jobs.Kind("tests.ops.handlers.note"))
    monkeypatch.setitem(jobs.KINDS, "wait", jobs.Kind("tests.ops.handlers.wait", jobs.LONG))
    monkeypatch.setattr(jobs, "_no_poke_before", 0.0)
    handlers.done.clear()
    handlers.may_go.clear()
    with EmbeddedCelery():
        yield
        handlers.may_go.set()
        until(lambda: not Job.objects.filter(state__in=["waiting", "running"]).exists(), within_s=10)


def test_workers_do_what_was_submitted_what_was_lost_and_what_a_dead_worker_left(workers):
    """And a long job delays none of them."""
    jobs.submit("wait", 1)
    jobs.submit("note", 2)
    Job.objects.create(kind="note", object_id=3, run_after=timezone.now())
    dead = Job.objects.create(kind="note", object_id=4, run_after=timezone.now(), state=Job.State.RUNNING)
    Job.objects.filter(pk=dead.pk).update(leased_until=timezone.now() - timedelta(minutes=1), attempts=1)

    until(lambda: len(handlers.done) == 3, within_s=20)

    assert sorted(handlers.done) == [2, 3, 4]
    assert Job.objects.get(kind="wait").state == Job.State.RUNNING


def test_tasks_run_on_threads_of_their_own(workers):
    assert {"celery short", "celery long"} <= {thread.name for thread in threading.enumerate()}


def until(condition, *, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_workers_wait_for_their_broker_however_long_it_is_away() -> None:
    """Celery gives up after three quarters of an hour, and a thread that has ended does not come back."""
    assert new_application(is_ours=False).conf.broker_connection_max_retries is None
