"""What a project uses of its plan, and what another plan means before it is chosen."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from projects.models import AuditEvent, Membership, Plan, Project, Role, UsageDay
from projects.usage import judge_quota
from tests.pages.reading import open_page, words
from tests.people import MembershipFactory, UserFactory, signed_in

SHOW = "projects:plan-show"


@pytest.fixture(autouse=True)
def plans(db: None) -> None:
    Plan.objects.filter(slug="build").update(events_per_month=1000, recording_minutes_per_month=50)
    Plan.objects.filter(slug="ship").update(retention_days=90)


def use(project: Project, **what: int) -> None:
    UsageDay.objects.create(project=project, day=timezone.now().date(), **what)
    judge_quota(Project.objects.get(pk=project.pk), now=timezone.now())


def choose(client: Client, plan: str) -> Any:
    return client.post(reverse("projects:plan-change", args=["acme", plan]), follow=True)


def test_usage_stands_beside_what_the_plan_allows(owner_client: Client, project: Project) -> None:
    use(project, sessions=3, events=820, deleted_events=5, recording_ms=90_001, stored_bytes=2048)

    page = open_page(owner_client, SHOW, "acme")

    assert "Events 825 of 1,000" in page
    assert "Recorded minutes 2 of 50" in page
    assert "Sessions 3" in page
    assert "Stored now 2.0 KB" in page.replace("\xa0", " ")
    assert "used up" not in page


def test_what_is_not_counted_yet_is_not_told_as_nothing(owner_client: Client, project: Project) -> None:
    use(project, sessions=1, events=20)

    page = open_page(owner_client, SHOW, "acme")

    assert "Stored now counted within ten minutes" in page
    assert "0 bytes" not in page.replace("\xa0", " ")


def test_a_project_that_stores_nothing_is_told_so(owner_client: Client, project: Project) -> None:
    use(project, deleted_sessions=1, deleted_events=20)

    assert "Stored now 0 bytes" in open_page(owner_client, SHOW, "acme").replace("\xa0", " ")


def test_a_quota_that_is_used_up_is_said_with_what_helps(owner_client: Client, project: Project) -> None:
    use(project, events=1000)

    page = open_page(owner_client, SHOW, "acme")

    assert "Events 1,000 of 1,000 used up" in page
    assert "No session begins until 1 " in page


def test_a_plan_without_limits_says_so(owner_client: Client, project: Project) -> None:
    Project.objects.update(plan="enterprise")

    assert "Events 0 no limit" in open_page(owner_client, SHOW, "acme")


def test_another_plan_says_what_it_means_and_changes_nothing_yet(
    owner_client: Client, project: Project
) -> None:
    page = open_page(owner_client, "projects:plan-change", "acme", "ship")

    assert "Sessions that are here keep the date on which they expire." in page
    assert "Coming ones are kept for 90 days instead of 30." in page
    assert "Each month it may receive 20,000,000 events and 10,000 recorded minutes." in page
    assert "Each minute its agents may upload 60,000 times, and its scripts ask the API 24,000 times." in page
    assert "The project leaves the model improvement programme" in page
    assert Project.objects.get().plan_id == "build"


def test_a_plan_that_is_too_small_for_this_month_warns(owner_client: Client, project: Project) -> None:
    Project.objects.update(plan="ship")
    use(project, events=5000)

    page = open_page(owner_client, "projects:plan-change", "acme", "build")

    assert "This month has used up Build’s quota already: no session begins until 1 " in page
    assert "Build is part of the model improvement programme." in page


def test_a_confirmed_plan_counts_and_is_written_down(owner_client: Client, project: Project) -> None:
    use(project, events=1000)

    assert "Acme is on Ship now." in words(choose(owner_client, "ship"))

    project.refresh_from_db()
    assert (project.plan_id, project.over_quota_until) == ("ship", None)
    assert AuditEvent.objects.values_list("verb", "target").get() == ("plan.changed", "build to ship")


@pytest.mark.parametrize("plan", ["build", "no-such-plan"])
def test_there_is_no_page_for_the_plan_one_has_or_for_none(
    owner_client: Client, project: Project, plan: str
) -> None:
    assert choose(owner_client, plan).status_code == 404


def test_an_operator_can_keep_plans_to_operators(
    owner_client: Client, owner: User, project: Project, settings: Any
) -> None:
    settings.SELF_SERVE_PLANS = False

    assert "On this server an operator changes the plan." in open_page(owner_client, SHOW, "acme")
    assert choose(owner_client, "ship").status_code == 404
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    assert "Acme is on Ship now." in words(choose(owner_client, "ship"))


def test_an_operator_from_outside_changes_no_plan_here(project: Project) -> None:
    operator = UserFactory(is_staff=True)

    assert choose(signed_in(operator), "ship").status_code == 404
    MembershipFactory(project=project, user=operator, role=Role.MEMBER)
    assert choose(signed_in(operator), "ship").status_code == 404
    Membership.objects.filter(user=operator).update(role=Role.ADMIN)
    assert choose(signed_in(operator), "ship").status_code == 200


@pytest.mark.parametrize("days", [1, 3])
def test_the_page_takes_as_many_queries_for_many_days_as_for_few(
    owner_client: Client, project: Project, django_assert_num_queries: Any, days: int
) -> None:
    for number in range(1, days + 1):
        UsageDay.objects.create(project=project, day=timezone.now().date().replace(day=number), events=1)
    owner_client.get(reverse(SHOW, args=["acme"]))

    with django_assert_num_queries(10):
        owner_client.get(reverse(SHOW, args=["acme"]))
