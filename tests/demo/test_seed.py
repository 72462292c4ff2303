"""A project gets its demo sessions once."""

import pytest

from observability.demo import recording
from observability.demo.plan import Plan
from observability.demo.seed import seed
from observability.demo.sound import ogg_of
from observability.models import Recording, Session
from projects.models import Project

NOW_NS = 1_795_000_000_000_000_000
JOB_IDS = ["AJ_demo_parcel_line", "AJ_demo_front_desk"]

pytestmark = pytest.mark.django_db
_sounds: dict[str, bytes] = {}


@pytest.fixture(autouse=True)
def sound_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes three seconds for each session, of which the tests here only count how many there are."""

    def made(plan: Plan) -> bytes:
        name = plan.script.agent_name
        return _sounds.get(name) or _sounds.setdefault(name, ogg_of(plan))

    monkeypatch.setattr(recording, "ogg_of", made)


def test_both_sessions_are_there_and_have_just_ended(project: Project) -> None:
    assert seed(project, now_ns=NOW_NS) == JOB_IDS

    sessions = Session.objects.for_project(project).order_by("id")
    assert [one.job_id for one in sessions] == JOB_IDS
    assert [one.agent_name for one in sessions] == ["parcel-line", "front-desk"]
    assert [one.status for one in sessions] == ["ended", "ended"]
    assert Recording.objects.count() == 2
    assert all(
        one.span_count > 100 and one.chat_item_count > 10 and one.rejected_count == 0 for one in sessions
    )
    for session, minutes in zip(sessions, (25, 3), strict=True):
        assert session.ended_ns is not None
        assert NOW_NS - session.ended_ns == pytest.approx(minutes * 60 * 1_000_000_000, rel=0.05)


def test_seeding_again_adds_nothing_unless_asked_for(project: Project) -> None:
    seed(project, now_ns=NOW_NS)

    assert seed(project, now_ns=NOW_NS + 1) == []
    assert Session.objects.count() == 2

    Session.objects.all().delete()

    assert seed(project, now_ns=NOW_NS) == []
    assert not Session.objects.exists()
    assert seed(project, now_ns=NOW_NS, again=True) == ["AJ_demo_parcel_line_2", "AJ_demo_front_desk_2"]


def test_two_projects_have_their_own(project: Project, other_project: Project) -> None:
    seed(project, now_ns=NOW_NS)
    seed(other_project, now_ns=NOW_NS)

    assert Session.objects.for_project(project).count() == 2
    assert Session.objects.for_project(other_project).count() == 2


def test_a_project_that_records_nothing_gets_none(project: Project) -> None:
    project.privacy.observability = False
    project.privacy.save()

    assert seed(project, now_ns=NOW_NS) == []
