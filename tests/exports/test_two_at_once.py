"""Whoever asks for a zip at the moment at which somebody else does."""

import threading

import pytest
from django.db import connection

from observability.models import Export


@pytest.mark.django_db(transaction=True)
def test_asked_twice_in_the_same_moment_is_one(ask, talk):
    asked, gate = [], threading.Barrier(4)

    def at_once() -> None:
        gate.wait()
        asked.append(ask(talk).pk)
        connection.close()

    threads = [threading.Thread(target=at_once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert asked == [Export.objects.get().pk] * 4
