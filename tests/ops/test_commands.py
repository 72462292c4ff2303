"""What operators ask and change from the command line, in words and in JSON."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from observability.ingest.refusals import WrongSecret
from observability.models import Refusal
from projects.audit import record_event
from projects.leaving import delete_account
from projects.models import AuditEvent, Project
from tests.people import ProjectFactory, signed_in
from tests.sending import agent, spans, token

__all__ = ["agent"]

pytestmark = pytest.mark.django_db


def told(*arguments):
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_project_is_created_with_an_owner_who_can_sign_in(client):
    made = told("create_project", "night-shift", "--owner", "nurse@example.org", "--plan", "ship")

    project = Project.objects.get(slug="night-shift")
    assert (project.name, project.plan_id) == ("Night shift", "ship")
    assert project.memberships.get().user.email == "nurse@example.org"
    path = "/" + made["sign_in"].split("/", 3)[3]
    assert client.post(path, follow=True).redirect_chain[-1][0].startswith("/projects/night-shift/")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acme", "--owner", "nurse@example.org"], "has or had this address"),
        (["night-shift", "--owner", "nobody"], "valid email"),
        (["Night Shift", "--owner", "nurse@example.org"], "slug"),
        (["night-shift", "--owner", "nurse@example.org", "--plan", "gold"], "There is no plan gold."),
    ],
)
def test_what_cannot_be_created_is_said_and_nothing_is_left(arguments, said, project):
    with pytest.raises(CommandError, match=said):
        call_command("create_project", *arguments)
    assert Project.objects.count() == 1


def test_another_plan_is_set_and_noted(project):
    assert told("set_plan", "acme", "ship") == {"project": "acme", "before": "build", "plan": "ship"}

    assert Project.objects.get(pk=project.pk).plan_id == "ship"
    assert AuditEvent.objects.get(verb="plan.changed").target == "build to ship"


def test_a_plan_that_is_not_there_is_refused_with_those_that_are(project):
    with pytest.raises(CommandError, match=r"There are: build, ship, scale, enterprise\."):
        call_command("set_plan", "acme", "gold")


def test_stats_count_what_came_what_was_refused_and_what_waits(agent, project):
    agent.send("traces", spans("llm_node", "tts_node"))
    agent.send("traces", spans("llm_node"), bearer=token(secret="quite-another-secret-of-32-bytes!"))

    stats = told("stats")

    assert stats["sessions"] == {"live": 1, "ended": 0, "lost": 0}
    assert stats["received_per_s"] == {"traces": round(2 / 300, 2)}
    assert [(each["reason"], each["count"]) for each in stats["refusals"]] == [(WrongSecret.reason, 1)]
    assert stats["versions"]["database"].split()[0] in {"sqlite", "postgresql"}


def test_stats_speak_of_one_project_and_of_several(project):
    one, two = StringIO(), StringIO()

    call_command("stats", stdout=one)
    ProjectFactory()
    call_command("stats", stdout=two)

    assert one.getvalue().startswith("1 project; ")
    assert two.getvalue().startswith("2 projects; ")


def test_stats_tell_nothing_of_a_tenant(agent, project):
    agent.send(
        "traces", spans("llm_node", job="AJ_secret"), bearer=token(secret="quite-another-secret-of-32-bytes!")
    )
    out = StringIO()

    call_command("stats", stdout=out)

    assert Refusal.objects.exists()
    assert not [
        word for word in ("acme", "AJ_secret", "APIacme") if word in out.getvalue() + str(told("stats"))
    ]


def test_the_audit_trail_is_printed_newest_first(project, owner_client, owner):
    call_command("set_plan", "acme", "ship", stdout=StringIO())
    owner_client.post("/projects/acme/settings/keys/generate/")
    out = StringIO()

    call_command("audit", "acme", "--json", "--since", "2026-01-01", stdout=out)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["who"] for line in lines] == [owner.email, "an operator"]
    assert lines[1]["what"] == "plan.changed"


def test_the_printed_audit_trail_tells_people_who_have_gone_from_operators(project, teammate):
    record_event(project, teammate, "session.viewed", "theirs", "203.0.113.7")
    delete_account(teammate)
    out = StringIO()

    call_command("audit", "acme", "--json", stdout=out)

    assert json.loads(out.getvalue())["who"] == "deleted account"


def test_a_time_that_is_none_is_refused(project):
    with pytest.raises(CommandError, match="yesterday is no time"):
        call_command("audit", "acme", "--since", "yesterday")


def test_the_system_page_is_for_operators_and_for_nobody_else(project, owner, owner_client):
    unknown = owner_client.get("/systems/")
    answer = owner_client.get("/system/")
    assert (answer.status_code, unknown.status_code) == (404, 404)

    owner.is_staff = True
    owner.save()
    page = signed_in(owner).get("/system/").content.decode()
    assert "<h1>System</h1>" in page
    assert "None: workers keep up." in page


def test_the_system_page_asks_a_constant_number_of_questions(
    agent, project, admin_client, django_assert_max_num_queries
):
    for number in range(5):
        agent.send("traces", spans("llm_node", job=f"AJ_{number}"))
        agent.send("traces", spans("llm_node"), bearer=token(key=f"API{number}"))

    with django_assert_max_num_queries(25):
        assert admin_client.get("/system/").status_code == 200


def test_sign_in_link_where_nobody_is_says_how_to_begin():
    with pytest.raises(CommandError, match=r"Nobody is here yet: manage.py bootstrap"):
        call_command("sign_in_link")
