"""Uploads that are committed together succeed and fail each for itself."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from observability.ingest.telemetry import accept_telemetry
from observability.journal.together import committed, committed_alone
from observability.models import Batch, Session
from tests.people import SessionFactory
from tests.sending import PROTOBUF, spans

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_gets_its_own_result_or_its_own_error(project):
    start = threading.Barrier(12)

    def attempt(number: int) -> object:
        def work() -> int:
            SessionFactory(project=project, job_id=f"AJ_{number}")
            if number % 3 == 0:
                raise ValueError(number)
            return number

        start.wait()
        try:
            return committed(work)
        except ValueError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(attempt, range(12)))

    failed = [number for number in range(12) if number % 3 == 0]
    assert [number for number in range(12) if isinstance(outcomes[number], ValueError)] == failed
    assert all(outcomes[number].args == (number,) for number in failed)
    assert [outcomes[number] for number in range(12) if number not in failed] == [1, 2, 4, 5, 7, 8, 10, 11]
    assert Session.objects.count() == 8


def test_queue_is_free_again_after_everything_has_failed(project):
    def fail() -> None:
        raise ValueError

    for _ in range(3):
        with pytest.raises(ValueError):
            committed(fail)

    assert committed(lambda: "done") == "done"


def test_long_work_that_fails_costs_the_uploads_nothing_and_they_do_not_do_it(project):
    start = threading.Barrier(12)
    done: list[tuple[int, bool]] = []

    def attempt(number: int) -> None:
        here = threading.get_ident()

        def work() -> None:
            done.append((number, threading.get_ident() == here))
            SessionFactory(project=project, job_id=f"AJ_{number}")
            if number % 2:
                raise ValueError(number)

        start.wait()
        try:
            with suppress(ValueError):
                (committed_alone if number % 2 else committed)(work)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(attempt, range(12)))

    assert sorted(number for number, _ in done) == list(range(12))
    assert all(is_here for number, is_here in done if number % 2)
    assert Session.objects.count() == 6


def send(project, job: str, number: int) -> None:
    """One span, which is the job's `number`-th."""
    body = spans(f"step {number}", job=job, room="", first_id=number)
    accept_telemetry(project, "traces", body, PROTOBUF, now=timezone.now())


def all_at_once(*tasks) -> None:
    """Each on its own thread; raises the first error."""
    start = threading.Barrier(len(tasks))

    def run(task) -> None:
        start.wait()
        try:
            task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        list(pool.map(run, tasks))


def test_uploads_of_many_sessions_and_many_of_one_are_each_numbered_and_counted_in_their_own(project):
    jobs = ["AJ_a", "AJ_b", "AJ_c", "AJ_d"]
    for job in jobs:
        send(project, job, 1)

    all_at_once(*(partial(send, project, job, number) for number in range(2, 6) for job in jobs))

    for job in jobs:
        session = Session.objects.get(job_id=job)
        assert (session.cursor, session.span_count) == (5, 5)
        assert sorted(session.batches.values_list("seq", flat=True)) == [1, 2, 3, 4, 5]


def test_a_repetition_among_others_adds_nothing_and_costs_them_nothing(project):
    for number in range(8):
        send(project, f"AJ_{number}", 1)

    all_at_once(*(partial(send, project, f"AJ_{number}", 1 + number % 2) for number in range(8)))

    counted = dict(Session.objects.values_list("job_id", "span_count"))
    assert counted == {f"AJ_{number}": 1 + number % 2 for number in range(8)}
    assert Session.objects.filter(duplicate_count=1).count() == 4


def test_what_the_database_refuses_costs_no_other_upload(project):
    """A number that is taken already, as after a restore that went wrong."""
    for number in range(6):
        send(project, f"AJ_{number}", 1)
    broken = Session.objects.get(job_id="AJ_3")
    Batch.objects.filter(session=broken).update(seq=2)

    def attempt(number: int) -> None:
        try:
            send(project, f"AJ_{number}", 2)
        except IntegrityError:
            refused.append(number)

    refused: list[int] = []
    all_at_once(*(partial(attempt, number) for number in range(6)))

    assert refused == [3]
    kept = Session.objects.exclude(pk=broken.pk)
    assert set(kept.values_list("span_count", flat=True)) == {2}
