"""An admin sees exactly what would be kept of a session for model improvement."""

import html
import json
import re

import pytest

from observability.models import ImprovementSample, Session
from observability.retention.erase import erase
from projects.actions import change_plan
from projects.models import Plan, Role
from tests.people import MembershipFactory, SessionFactory, UserFactory, signed_in
from tests.retention.erasing import expire

pytestmark = pytest.mark.django_db
PAGE = "/projects/acme/model-improvement/"


def shown(answer):
    found = re.findall(r"<pre[^>]*>(.*?)</pre>", answer.content.decode(), re.DOTALL)
    return [json.loads(html.unescape(each)) for each in found]


def in_order(sample):
    """PostgreSQL keeps objects' members in an order of its own."""
    return json.dumps(sample, sort_keys=True)


@pytest.fixture
def on_build(project):
    project.refresh_from_db()
    project.plan_since = project.created_at
    project.save(update_fields=["plan_since"])
    return project


def test_what_is_shown_is_what_is_kept_in_the_end(on_build, front_desk, owner_client):
    before = shown(owner_client.get(PAGE, {"session": str(front_desk.public_id)}))

    erase(expire(front_desk).pk)

    kept = [sample.content for sample in ImprovementSample.objects.all()]
    assert sorted(map(in_order, before)) == sorted(map(in_order, kept))
    assert len(before) > 5


def test_without_a_choice_it_shows_the_newest_session(on_build, front_desk, owner_client):
    assert shown(owner_client.get(PAGE)) == shown(
        owner_client.get(PAGE, {"session": str(front_desk.public_id)})
    )


def test_it_says_why_nothing_would_be_kept(on_build, front_desk, owner_client):
    change_plan(on_build, Plan.objects.get(slug="ship"))
    Session.objects.update(is_redacted=True)

    page = owner_client.get(PAGE).content.decode()

    assert "The Ship plan is not in the programme." in page
    assert "Redaction was asked for." in page


def test_switched_off_on_the_server_it_says_so(on_build, front_desk, owner_client, settings):
    settings.MODEL_IMPROVEMENT = False

    assert "Off on this server." in owner_client.get(PAGE).content.decode()
    assert "off on this server" in owner_client.get("/projects/acme/settings/privacy/").content.decode()


def test_without_sessions_it_leads_to_the_first(project, owner_client):
    assert "Connect an agent" in owner_client.get(PAGE).content.decode()


def test_a_session_without_turns_has_nothing_to_keep(project, owner_client):
    SessionFactory(project=project)

    assert "It has no turns" in owner_client.get(PAGE).content.decode()


@pytest.mark.parametrize("session", ["nonsense", "6d1f0000-0000-4000-8000-000000000000"])
def test_a_session_that_is_not_the_projects_is_not_there(session, project, owner_client):
    assert owner_client.get(PAGE, {"session": session}).status_code == 404


def test_members_below_admin_do_not_see_it(project):
    member = UserFactory()
    MembershipFactory(project=project, user=member, role=Role.MEMBER)

    assert signed_in(member).get(PAGE).status_code == 404
