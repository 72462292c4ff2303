"""How SQLite reads, which has no statistics to choose by, and deletes. Not collected elsewhere (conftest.py)."""

from pathlib import Path

import pytest
from django.db import connection

from observability.journal.append import OF_JOB
from observability.journal.news import SESSION_TABLE
from observability.models import Session
from observability.queries.session_search import SEARCHES
from observability.retention.remains import empty_the_log
from projects.models import Project
from tests.people import SessionFactory

CANARY = "canary in the coal mine"


def test_the_words_of_a_session_are_come_upon_by_its_key(project: Project) -> None:
    sessions = Session.objects.filter(SEARCHES["q"](project, "blue").is_found)

    assert "observability_saidline_session_id" in sessions.explain()


def test_an_upload_finds_its_session_by_the_job_alone(project: Project) -> None:
    """Among ten thousand sessions each upload took seven times as long, while it went through all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN QUERY PLAN SELECT id, cursor FROM {SESSION_TABLE} WHERE {OF_JOB}", [1, "AJ_1"]
        )
        [(*_, plan)] = cursor.fetchall()

    assert "session_once_per_job (project_id=? AND job_id=?)" in plan


@pytest.mark.django_db(transaction=True)
def test_whoever_deletes_rows_overwrites_them(project: Project) -> None:
    """Not only the purge: sealing, redaction and new summaries delete what was said as well. Some SQLites do so by
    themselves."""
    SessionFactory(project=project, agent_name=CANARY * 400)
    empty_the_log()
    assert CANARY in database_text()

    Session.objects.all().delete()
    empty_the_log()

    assert CANARY not in database_text()
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)


def database_text() -> str:
    return Path(connection.settings_dict["NAME"]).read_bytes().decode("latin1")
