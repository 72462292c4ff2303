"""The list of sessions is told which rows are behind."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from observability.models import Session
from projects.models import Project
from tests.live.conftest import Eyes, LiveAgent
from tests.people import SessionFactory
from tests.sending import spans

LIST = "/projects/acme/sessions/"


def rows(snapshot: Any) -> list[tuple[str, str, int]]:
    return [(row["id"], row["status"], row["cursor"]) for row in snapshot["sessions"]]


def test_a_new_session_arrives_at_the_top(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str]
) -> None:
    old = SessionFactory(project=Project.objects.get(slug="acme"))
    viewer = eyes.look(LIST, **owners_browser)
    viewer.until(lambda snapshot: rows(snapshot) == [(str(old.public_id), "ended", 0)])

    agent.send("traces", spans("user_turn"))
    viewer.until(lambda snapshot: snapshot["live"] == 1)

    new = Session.objects.get(status="live")
    assert rows(viewer.snapshot) == [(str(new.public_id), "live", 1), (str(old.public_id), "ended", 0)]


def test_a_row_that_grows_or_ends_or_is_summarised_changes(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str]
) -> None:
    agent.send("traces", spans("user_turn"))
    viewer = eyes.look(LIST, **owners_browser)
    viewer.until(lambda snapshot: snapshot["live"] == 1)

    agent.send("traces", spans("llm_node", first_id=2))
    viewer.until(lambda snapshot: snapshot["sessions"][0]["cursor"] == 2)
    Session.objects.update(status="ended")
    viewer.until(lambda snapshot: snapshot["live"] == 0)
    Session.objects.update(summary_cursor=2, summary_status="ended")

    viewer.until(lambda snapshot: snapshot["sessions"][0]["summary"] == "2-ended")


def test_a_deleted_or_expired_session_leaves(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str]
) -> None:
    agent.send("traces", spans("user_turn"))
    viewer = eyes.look(LIST, **owners_browser)
    viewer.until(lambda snapshot: snapshot["sessions"])

    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    viewer.until(lambda snapshot: not snapshot["sessions"])


def test_only_the_projects_own_sessions_are_told(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str], other_project: Project
) -> None:
    SessionFactory(project=other_project)
    agent.send("traces", spans("user_turn"))

    viewer = eyes.look(LIST, **owners_browser)
    viewer.until(lambda _: True)

    assert [row["id"] for row in viewer.snapshot["sessions"]] == [
        str(Session.objects.get(project__slug="acme").public_id)
    ]
    assert only_session_of(other_project) not in str(viewer.snapshot)


def only_session_of(project: Project) -> str:
    return str(Session.objects.get(project=project).public_id)
