import time
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from observability import jobs
from observability.models import Job
from tests.ops import handlers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.KINDS, "note", jobs.Kind("tests.ops.handlers.note"))
    monkeypatch.setitem(jobs.KINDS, "fail", jobs.Kind("tests.ops.handlers.fail"))
    monkeypatch.setitem(jobs.KINDS, "put-off", jobs.Kind("tests.ops.handlers.put_off"))
    monkeypatch.setattr(jobs, "_no_poke_before", 0.0)
    handlers.done.clear()


@pytest.fixture
def poked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the jobs that a worker was told of."""
    told: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: told.append(args[0]))
    return told


def the_job() -> Job:
    return Job.objects.get()


def make_due() -> None:
    Job.objects.filter(state=Job.State.WAITING).update(run_after=timezone.now())


def taken(*, ago: timedelta) -> Job:
    """A job that a worker took that long ago, and of which nothing was heard since."""
    jobs.submit("note", 7, run_after=timezone.now() - ago)
    job = jobs.take(the_job().pk, now=timezone.now() - ago)
    assert job is not None
    return job


def test_every_kind_of_job_has_a_function():
    for kind in jobs.KINDS.values():
        assert callable(import_string(kind.function))


def test_job_is_done_once():
    jobs.submit("note", 7)

    jobs.run(the_job().pk)
    jobs.run(the_job().pk)

    assert handlers.done == [7]
    assert the_job().state == Job.State.DONE


def test_job_submitted_twice_waits_once_and_for_the_earlier_time():
    soon = timezone.now() + timedelta(minutes=1)
    jobs.submit("note", 7, run_after=soon + timedelta(hours=1))

    jobs.submit("note", 7, run_after=soon)

    assert the_job().run_after == soon


def test_worker_is_told_after_the_commit_and_not_before(poked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.submit("note", 7)
        told_before = list(poked)

    assert told_before == []
    assert poked == [the_job().pk]


def test_nobody_is_told_of_a_job_that_was_rolled_back(poked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.submit("note", 7)
        transaction.set_rollback(True)

    assert poked == []
    assert not Job.objects.exists()


def test_dead_broker_fails_nothing_and_is_not_asked_again_at_once(
    monkeypatch, django_capture_on_commit_callbacks
):
    asked = []

    def refuse(*args: object, **options: object) -> None:
        asked.append(args)
        raise OperationalError("nobody listens")

    monkeypatch.setattr(current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.submit("note", 7)
        jobs.submit("note", 8)

    assert Job.objects.filter(state=Job.State.WAITING).count() == 2
    assert len(asked) == 1


def test_sweep_pokes_what_was_lost(poked):
    jobs.submit("note", 7)

    jobs.sweep(now=timezone.now() + timedelta(seconds=10))

    assert poked == [the_job().pk]


def test_sweep_leaves_alone_what_is_not_due(poked):
    jobs.submit("note", 7, run_after=timezone.now() + timedelta(minutes=5))

    jobs.sweep(now=timezone.now() + timedelta(minutes=4))
    jobs.run(the_job().pk)

    assert poked == []
    assert handlers.done == []


def test_job_of_a_killed_worker_is_done_by_another_once_its_lease_has_run_out(poked):
    taken(ago=timedelta(seconds=90))

    jobs.sweep(now=timezone.now())
    jobs.sweep(now=timezone.now() + timedelta(seconds=10))
    make_due()
    jobs.run(the_job().pk)

    assert poked == [the_job().pk]
    assert handlers.done == [7]


def test_job_that_is_being_done_is_not_taken_again(poked):
    taken(ago=timedelta(0))

    jobs.sweep(now=timezone.now() + timedelta(seconds=10))
    jobs.run(the_job().pk)

    assert poked == []
    assert handlers.done == []


def test_object_has_one_job_at_a_time():
    jobs.submit("note", 7)
    first = jobs.take(the_job().pk, now=timezone.now())
    jobs.submit("note", 7)
    second = Job.objects.get(state=Job.State.WAITING)

    too_early = jobs.take(second.pk, now=timezone.now())
    jobs.held(first).update(state=Job.State.DONE)

    assert too_early is None
    assert jobs.take(second.pk, now=timezone.now()) is not None


def test_worker_that_lost_its_lease_does_not_end_the_job_of_the_next():
    first = taken(ago=timedelta(hours=1))
    jobs.put_back_orphans(timezone.now())
    make_due()
    jobs.take(the_job().pk, now=timezone.now())

    jobs.put_back(first, "too late", now=timezone.now())

    assert the_job().state == Job.State.RUNNING


def test_failing_job_is_tried_again_later_and_then_set_aside_with_its_error(caplog):
    jobs.submit("fail", 7)
    waits_s = []

    for _ in range(jobs.MAX_ATTEMPTS):
        before = timezone.now()
        jobs.run(the_job().pk)
        waits_s.append(round((the_job().run_after - before).total_seconds()))
        make_due()

    assert waits_s[:-1] == [5, 10, 20, 40]
    assert (the_job().state, the_job().error) == (Job.State.SET_ASIDE, "ValueError: no 7 today")


def set_aside(kind: str) -> None:
    jobs.submit(kind, 7)
    for _ in range(jobs.MAX_ATTEMPTS):
        make_due()
        jobs.run(Job.objects.get(state=Job.State.WAITING).pk)


def test_what_was_set_aside_is_not_tried_again_until_somebody_asks_for_it(poked, caplog):
    set_aside("fail")
    jobs.sweep(now=timezone.now() + timedelta(days=30))
    before = (list(poked), the_job().state)

    jobs.try_again("fail", 7)

    assert before == ([], Job.State.SET_ASIDE)
    assert (the_job().state, the_job().attempts) == (Job.State.WAITING, 0)


def test_success_settles_what_was_set_aside_before(monkeypatch, caplog):
    set_aside("fail")
    monkeypatch.setitem(jobs.KINDS, "fail", jobs.Kind("tests.ops.handlers.note"))

    jobs.submit("fail", 7)
    jobs.run(Job.objects.get(state=Job.State.WAITING).pk)

    assert the_job().state == Job.State.DONE


def test_job_for_which_something_is_away_waits_for_as_long_as_it_takes():
    jobs.submit("put-off", 7)

    for _ in range(jobs.MAX_ATTEMPTS + 1):
        before = timezone.now()
        jobs.run(the_job().pk)
        wait = the_job().run_after - before
        make_due()

    assert (the_job().state, the_job().attempts, the_job().error) == ("waiting", 0, "NotYet: 7 is away")
    assert round(wait.total_seconds()) == 120


def test_job_that_kills_its_worker_each_time_is_set_aside():
    jobs.submit("note", 7)

    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.take(the_job().pk, now=timezone.now())
        jobs.release_all()
        jobs.put_back_orphans(timezone.now())
        make_due()

    assert (the_job().state, the_job().error) == (Job.State.SET_ASIDE, "Its worker ended without a word.")


def test_failed_job_makes_way_for_the_same_work_that_waits_already(caplog):
    jobs.submit("fail", 7)
    first = jobs.take(the_job().pk, now=timezone.now())
    jobs.submit("fail", 7)

    jobs.put_back(first, "ValueError", now=timezone.now())

    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "waiting"]


def test_done_jobs_go_after_a_day():
    jobs.submit("note", 7)
    jobs.run(the_job().pk)

    jobs.sweep(now=timezone.now() + timedelta(hours=23))
    kept = Job.objects.count()
    jobs.sweep(now=timezone.now() + timedelta(hours=25))

    assert (kept, Job.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_lease_is_renewed_while_the_work_goes_on(monkeypatch):
    monkeypatch.setattr(jobs, "RENEW_LEASE_EVERY_S", 0.02)
    job = taken(ago=timedelta(seconds=55))

    with jobs.renewed_lease(job):
        until_changed(the_job().leased_until)

    assert the_job().leased_until > timezone.now() + timedelta(seconds=50)


@pytest.mark.django_db(transaction=True)
def test_lease_is_renewed_after_a_moment_without_the_database(monkeypatch):
    monkeypatch.setattr(jobs, "RENEW_LEASE_EVERY_S", 0.02)
    held, failures = jobs.held, [DatabaseError("the server is starting up")]

    def held_at_last(job: Job) -> Any:
        if failures:
            raise failures.pop()
        return held(job)

    monkeypatch.setattr(jobs, "held", held_at_last)
    job = taken(ago=timedelta(seconds=55))

    with jobs.renewed_lease(job):
        until_changed(the_job().leased_until)

    assert the_job().leased_until > timezone.now() + timedelta(seconds=50)


def until_changed(leased_until: object) -> None:
    deadline = time.monotonic() + 5
    while the_job().leased_until == leased_until and time.monotonic() < deadline:
        time.sleep(0.01)
