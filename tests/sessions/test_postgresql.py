"""What is looked up in an index; SQLite has none of the kind. Not collected there (conftest.py)."""

from django.db import connection

from observability.queries.session_search import SEARCHES
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
