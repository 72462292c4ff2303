"""What a purge leaves of SQLite's file. Not collected elsewhere (conftest.py)."""

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection

from config.sqlite.base import DatabaseWrapper
from observability.models import Session
from observability.retention.purge import purge
from observability.retention.remains import PAGES_AT_ONCE, empty_the_log, give_room_back
from projects.models import Project
from tests.people import SessionFactory
from tests.retention.erasing import expire

SESSION_BYTES = 50_000
MANY = 20


@pytest.mark.django_db(transaction=True)
def test_a_purge_gives_the_disk_back_what_it_took_from_the_database(project: Project) -> None:
    expired = [large_session(project) for _ in range(MANY)]
    large_session(project)
    before = file_bytes()
    for session in expired:
        expire(session)

    purge(is_forced=True)

    assert file_bytes() < before - 0.95 * MANY * SESSION_BYTES
    assert Session.objects.get().summary == {"words": "x" * SESSION_BYTES}


@pytest.mark.django_db(transaction=True)
def test_others_write_between_two_small_steps_of_giving_room_back(project: Project) -> None:
    for _ in range(MANY):
        large_session(project)
    Session.objects.all().delete()
    sizes = []

    def write() -> None:
        with closing(sqlite3.connect(database(), timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            sizes.append(other.execute("PRAGMA page_count").fetchone()[0])

    give_room_back(rest=write)

    steps = [before - after for before, after in pairwise(sizes)]
    assert len(steps) > 1
    assert (
        max(steps) <= PAGES_AT_ONCE + 1
    )  # SQLite's own map of them has a page for some eight hundred, and goes with them


def test_a_new_database_can_give_room_back_and_an_old_one_as_soon_as_it_is_vacuumed(tmp_path: Path) -> None:
    new, old = tmp_path / "new.sqlite3", tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(old)) as database:
        database.execute("CREATE TABLE kept (number INTEGER)")

    assert [way_of(new), way_of(old)] == ["incremental", "none"]

    with closing(sqlite3.connect(old)) as database:  # as docs/retention.md#the-disk says
        database.executescript("PRAGMA auto_vacuum = INCREMENTAL; VACUUM;")
    assert way_of(old) == "incremental"


def large_session(project: Project) -> Session:
    return SessionFactory(project=project, summary={"words": "x" * SESSION_BYTES})


def file_bytes() -> int:
    empty_the_log()
    return database().stat().st_size


def database() -> Path:
    return Path(connection.settings_dict["NAME"])


def way_of(file: Path) -> str:
    """As each connection of Playhead opens it."""
    opened = DatabaseWrapper({**connection.settings_dict, "NAME": str(file)}, alias="another")
    try:
        with opened.cursor() as cursor:
            [(way,)] = cursor.execute("PRAGMA auto_vacuum").fetchall()
            assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        opened.close()
    return ["none", "full", "incremental"][way]
