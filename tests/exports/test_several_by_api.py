"""Several sessions as one zip, for scripts."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from observability.models import Session
from projects.models import Project
from tests.api.conftest import Script
from tests.exports.conftest import Opened, work
from tests.people import SessionFactory

DOWNLOADS = "/api/v1/projects/acme/downloads/"


def ask(script: Script, *ids: object) -> Any:
    body = json.dumps({"sessions": [str(each) for each in ids]})
    return script.client.post(DOWNLOADS, body, content_type="application/json", headers=script.headers)


def test_a_script_asks_watches_and_fetches(
    replay: Callable[..., Session], script: Script, project: Project
) -> None:
    sessions = [replay("python/1.8.9_second_session"), SessionFactory(project=project)]
    ids = [session.public_id for session in sessions]

    asked = ask(script, *ids)
    waiting = script.get(asked.json()["url"]).json()
    work()
    ready = script.get(asked.json()["url"]).json()

    assert (asked.status_code, waiting["state"], ready["state"]) == (202, "waiting", "ready")
    names = Opened(b"".join(script.get(ready["file_url"]).streaming_content)).names
    assert {name.split("/")[0] for name in names if name.startswith("session-")} == {
        f"session-{each}" for each in ids
    }
    verbs = (
        project.audit_events.filter(target__in=map(str, ids)).order_by("verb").values_list("verb", flat=True)
    )
    assert list(verbs) == ["download.asked"] * 2 + ["session.downloaded"] * 2


def test_one_that_is_anothers_makes_it_not_found(
    script: Script, session: Session, other_project: Project
) -> None:
    theirs = SessionFactory(project=other_project)

    assert ask(script, session.public_id, theirs.public_id).json()["error"]["code"] == "not-found"


@pytest.mark.parametrize("ids", [[], ["nonsense"], ["00000000-0000-0000-0000-000000000000"] * 51])
def test_a_bad_choice_is_refused_with_a_sentence(script: Script, project: Project, ids: list[str]) -> None:
    answer = ask(script, *ids)

    assert (answer.status_code, answer.json()["error"]["message"].partition(":")[0]) == (400, "sessions")


@pytest.mark.parametrize("body", ["[" * 100_000, '{"sessions": ' + "[" * 100_000 + "]" * 100_000 + "}"])
def test_json_that_is_nested_beyond_reason_is_refused(script: Script, project: Project, body: str) -> None:
    answer = script.client.post(DOWNLOADS, body, content_type="application/json", headers=script.headers)

    assert (answer.status_code, answer.json()["error"]) == (
        400,
        {"code": "invalid", "message": "The JSON is nested too deeply."},
    )


def test_fetching_a_zip_costs_as_many_queries_for_many_sessions_as_for_few(
    script: Script, project: Project
) -> None:
    one, three = (
        fetched(script, [SessionFactory(project=project) for _ in range(count)]) for count in (1, 3)
    )

    assert (one, three) == (6, 6)
    assert project.audit_events.filter(verb="session.downloaded").count() == 4


def fetched(script: Script, sessions: list[Session]) -> int:
    """The queries of a part of the zip that has been fetched before."""
    state = ask(script, *(session.public_id for session in sessions)).json()["url"]
    work()
    address = script.get(state).json()["file_url"]
    script.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert script.get(address, Range="bytes=0-0").status_code == 206
    return len(captured)
