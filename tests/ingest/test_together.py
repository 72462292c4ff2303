"""Uploads that are committed together succeed and fail each for itself."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from observability.journal.together import committed
from observability.models import Session
from tests.people import SessionFactory

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
