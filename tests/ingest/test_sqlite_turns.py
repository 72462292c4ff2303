"""Threads wait for each other's transactions in memory. Not collected elsewhere (conftest.py)."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.sqlite3 import base as django_sqlite

from config.sqlite import base as sqlite_base
from observability.models import Session
from tests.people import SessionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def impatient() -> None:
    """From here on SQLite itself waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")


def on_a_thread(do: Callable[[], object]) -> Future[object]:
    def work() -> object:
        try:
            impatient()
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work)


@transaction.atomic
def rename(session: Session) -> int:
    return Session.objects.filter(pk=session.pk).update(agent_name="desk")


@transaction.atomic
def write_nothing() -> None:
    """But as if to write."""


def test_who_comes_while_another_thread_writes_goes_on_after_it(project):
    session = SessionFactory(project=project)

    assert while_another_writes(session, lambda: rename(session)) == 1

    assert Session.objects.get().agent_name == "desk"


def test_the_log_is_emptied_when_it_is_nobody_elses_turn(project):
    """Else it finds no gap between uploads, and what was deleted stays in it."""
    session = SessionFactory(project=project)

    def empty() -> object:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, *_ = cursor.fetchone()
        return is_busy

    assert while_another_writes(session, empty) == 0


def while_another_writes(session: Session, do: Callable[[], object]) -> object:
    """Begun while another thread is in a transaction, which ends 0.2 s later. SQLite itself waits for nobody."""
    is_begun, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Session.objects.filter(pk=session.pk).update(agent_name="night desk")
            is_begun.set()
            assert may_end.wait(20)

    def do_impatiently() -> object:
        impatient()
        threading.Timer(0.2, may_end.set).start()
        return do()

    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(closing_after, hold)
        assert is_begun.wait(20)
        doing = pool.submit(closing_after, do_impatiently)
        holding.result()
        return doing.result()


def closing_after(do: Callable[[], object]) -> object:
    try:
        return do()
    finally:
        connection.close()


def roll_back() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _ = 1 / 0


def close_within() -> None:
    with transaction.atomic():
        connection.close()


def fail_to_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(django_sqlite.DatabaseWrapper, "_commit", refuse)
        with pytest.raises(OperationalError, match="disk"):
            write_nothing()


def fail_to_begin() -> None:
    """Another process writes."""
    name = str(connection.settings_dict["NAME"])
    impatient()
    with closing(sqlite3.connect(name, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            write_nothing()


def test_turn_is_passed_on_however_a_transaction_ends(project, monkeypatch):
    session = SessionFactory(project=project)
    ways = [roll_back, close_within, lambda: fail_to_commit(monkeypatch), fail_to_begin]

    for end in ways:
        on_a_thread(end).result()

        assert on_a_thread(lambda: rename(session)).result() == 1


def test_transaction_that_never_ends_is_told_of(project, monkeypatch):
    session = SessionFactory(project=project)

    def rename_soon() -> int:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
        return rename(session)

    with transaction.atomic(), pytest.raises(OperationalError, match="locked by another thread"):
        on_a_thread(rename_soon).result()

    assert on_a_thread(lambda: rename(session)).result() == 1


def test_savepoints_need_no_turn_of_their_own(project):
    session = SessionFactory(project=project)

    with transaction.atomic(), transaction.atomic():
        assert rename(session) == 1


def test_writing_without_a_transaction_finds_its_turn_between_many(project):
    session = SessionFactory(project=project)
    is_over, are_begun = threading.Event(), threading.Barrier(4)

    def write_on_and_on() -> None:
        rename(session)
        are_begun.wait(20)
        while not is_over.is_set():
            rename(session)

    with ThreadPoolExecutor(3) as pool:
        busy = [pool.submit(closing_after, write_on_and_on) for _ in range(3)]
        try:
            impatient()
            are_begun.wait(20)
            for number in range(20):
                assert Session.objects.filter(pk=session.pk).update(participant=f"caller {number}") == 1
        finally:
            is_over.set()
        for each in busy:
            each.result()


def test_waiting_for_a_thread_and_then_for_another_process_takes_no_longer_than_for_one(project, monkeypatch):
    """Exporters give up after ten seconds, so the answer comes before."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 60)
    connection.ensure_connection()
    patience: list[float] = []
    monkeypatch.setattr(
        sqlite_base.DatabaseWrapper, "_be_patient", lambda self, wait_s: patience.append(wait_s)
    )
    times = iter([0.0, 59.0])
    monkeypatch.setattr(sqlite_base, "time", SimpleNamespace(monotonic=lambda: next(times)))

    write_nothing()

    assert patience == [1.0, 60.0]
