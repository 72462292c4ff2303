"""What is looked up in an index; SQLite has none of the kind. Not collected there (conftest.py)."""

import pytest
from django.db import connection

from observability.models import Session
from observability.queries.session_keys import BY_INDEX, key_of
from observability.queries.session_search import SEARCHES
from tests.people import SessionFactory
from tests.sessions.test_said import call

__all__ = ["call"]


def test_words_and_names_are_looked_up_in_an_index(call, project):
    for number in range(20):
        call("the blue door", job=f"AJ_{number}")
    said, named = (SEARCHES[name](project, "blue").looked_up[0] for name in ("q", "text"))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # or it would read so few rows rather than look
        cursor.execute("SET LOCAL enable_indexscan = off")

    assert "said_line_words_of_project" in said.explain()
    assert "session_names_pieces" in named.explain()


@pytest.fixture
def many_sessions(project):
    """So many that one index is clearly cheaper than another, which was by chance while there were none."""
    Session.objects.bulk_create(
        SessionFactory.build(
            project=project, agent_name=f"agent {n}", participant=f"caller {n}", sdk_version=f"1.{n}.0"
        )
        for n in range(1_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE observability_session")


@pytest.mark.parametrize(
    ("name", "index"),
    [
        *(
            ("agent", "session_of_agent"),
            ("participant", "session_of_participant"),
            ("sdk", "session_of_sdk"),
        ),
        *(("tag", "verdict_fact_newest_first"), ("outcome", "verdict_fact_newest_first")),
        *(("tool", "tool_fact_newest_first"), ("model", "model_fact_newest_first")),
    ],
)
def test_which_sessions_a_filter_allows_is_told_by_its_index_alone(project, many_sessions, name, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")

    keys = BY_INDEX[name](project, "common")
    plan = keys.order_by(f"-{key_of(keys)}").explain()

    assert f"Index Only Scan using {index}" in plan
