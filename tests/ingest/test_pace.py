"""One project's uploads cannot take all that the server has; those beyond its plan's rate are told to come back."""

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from observability.ingest.pace import MAX_PROJECTS, Pace
from observability.ingest.refusals import TooManyUploads
from observability.models import Batch, Recording, Refusal
from projects.models import Plan, Project
from tests.people import ProjectFactory
from tests.recordings.uploads import CONTENT_TYPE, upload
from tests.sending import Agent, agent, spans

__all__ = ["agent"]

pytestmark = pytest.mark.django_db


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def taken(pace: Pace, project: Project, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            pace.take(project)
        except TooManyUploads:
            continue
        count += 1
    return count


@pytest.fixture
def slow_plan(project: Project) -> None:
    Plan.objects.update(requests_per_minute=2)


def test_an_upload_too_many_is_asked_to_come_back_and_is_counted_and_not_kept(
    slow_plan: None, agent: Agent, project: Project
) -> None:
    answers = [agent.send("traces", spans("llm_node", job=f"AJ_{number}")) for number in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 503]
    assert answers[-1]["Retry-After"] == "1"
    told = Status.FromString(answers[-1].content)
    retry = RetryInfo()
    assert told.details[0].Unpack(retry) and retry.retry_delay.seconds == 1
    assert told.message == "The project’s plan allows 2 uploads a minute; please repeat this one."
    assert Batch.objects.count() == 2
    assert [(row.reason, row.count) for row in Refusal.objects.filter(project=project)] == [
        ("too-many-uploads", 1)
    ]


def test_a_recording_is_never_held_back(slow_plan: None, agent: Agent, project: Project) -> None:
    for number in range(3):
        agent.send("traces", spans("llm_node", job=f"AJ_{number}"))

    answer = agent.send("", upload(), path="/p/acme/observability/recordings/v0", content_type=CONTENT_TYPE)

    assert answer.status_code == 200
    assert Recording.objects.count() == 1


def test_other_projects_are_not_held_back(project: Project) -> None:
    project.plan.requests_per_minute = 2
    pace = Pace(Clock())

    assert taken(pace, project, 5) == 2
    assert taken(pace, ProjectFactory(), 5) == 5


@pytest.mark.parametrize(("passed_s", "more"), [(0, 0), (1, 2), (30, 60), (60, 120), (3600, 120)])
def test_after_a_burst_uploads_are_taken_as_time_goes_by(project: Project, passed_s: int, more: int) -> None:
    project.plan.requests_per_minute = 120
    clock = Clock()
    pace = Pace(clock)
    assert taken(pace, project, 200) == 120

    clock.now_s += passed_s

    assert taken(pace, project, 200) == more


def test_refusals_do_not_put_off_the_next_upload(project: Project) -> None:
    project.plan.requests_per_minute = 60
    clock = Clock()
    pace = Pace(clock)
    taken(pace, project, 1_000)

    clock.now_s += 1

    assert taken(pace, project, 10) == 1


def test_a_process_remembers_no_more_than_so_many_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace(Clock())
    project = ProjectFactory.build(plan=Plan.objects.get(slug="build"))

    for number in range(MAX_PROJECTS + 5):
        project.pk = number + 1
        pace.take(project)

    assert len(pace._left) == 5
