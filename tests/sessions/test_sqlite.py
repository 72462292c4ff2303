"""How SQLite reads, which has no statistics to choose by. Not collected elsewhere (conftest.py)."""

from observability.models import Session
from observability.queries.session_search import SEARCHES
from projects.models import Project


def test_the_words_of_a_session_are_come_upon_by_its_key(project: Project) -> None:
    sessions = Session.objects.filter(SEARCHES["q"](project, "blue").is_found)

    assert "observability_saidline_session_id" in sessions.explain()
