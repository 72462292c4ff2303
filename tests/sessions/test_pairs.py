"""Two filters find what both are true of, be it in few sessions or in many."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.utils import timezone

from observability.models import ModelFact, Session, ToolFact, VerdictFact
from observability.queries import session_search
from projects.models import Project
from tests.api.conftest import BASE, Script, script
from tests.people import SessionFactory

__all__ = ["script"]

ASKED = {
    "agent": "anna",
    "participant": "caller",
    "sdk": "1.9.0",
    "outcome": "fail",
    "tag": "vip",
    "tool": "refund",
    "model": "gpt-x",
}


def one_like_that(project: Project, *, but: str = "", **more: object) -> Session:
    """All that is asked for is true of it; of what is named there, something else."""
    is_so = {name: "other" if name == but else value for name, value in ASKED.items()}
    session = SessionFactory(
        project=project,
        agent_name=is_so["agent"],
        participant=is_so["participant"],
        sdk_version=is_so["sdk"],
        **more,
    )
    of = {"project_id": project.pk, "session": session, "expires_at": session.expires_at}
    VerdictFact.objects.create(kind="outcome", name=is_so["outcome"], **of)
    VerdictFact.objects.create(kind="tag", name=is_so["tag"], **of)
    ModelFact.objects.create(type="llm", model=is_so["model"], **of)
    for _ in range(2):
        ToolFact.objects.create(name=is_so["tool"], status="ok", start_ns=0, **of)
    return session


@pytest.fixture(params=[1, 2, 3, 5, 1000])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As few are read in their order rather than told by indexes."""
    monkeypatch.setattr(session_search, "LOOKED_AT_FIRST", request.param)


@pytest.mark.usefixtures("many")
def test_two_filters_find_what_both_are_true_of(project: Project, script: Script) -> None:
    here = [str(one_like_that(project).public_id) for _ in range(2)]
    without = {name: str(one_like_that(project, but=name).public_id) for name in ASKED}
    one_like_that(project, expires_at=timezone.now() - timedelta(seconds=1))

    for one, other in combinations(ASKED, 2):
        answer = script.get(f"{BASE}?{one}={ASKED[one]}&{other}={ASKED[other]}").json()["results"]
        found = {*here, *(without[name] for name in ASKED if name not in (one, other))}

        assert sorted(row["id"] for row in answer) == sorted(found), (one, other)


@pytest.mark.usefixtures("many")
def test_filters_that_exclude_each_other_find_nothing(project: Project, script: Script) -> None:
    for name in ASKED:
        one_like_that(project, but=name)

    for one, other in combinations(ASKED, 2):
        answer = script.get(f"{BASE}?{one}=other&{other}=other").json()

        assert answer["results"] == [], (one, other)
