import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.models import AuditEvent, Project, Role
from tests.pages.reading import words

NEW = reverse("project-create")


def test_whoever_makes_a_project_owns_it_and_connects_an_agent_next(
    stranger_client: Client, stranger: User
) -> None:
    response = stranger_client.post(NEW, {"name": "Night shift"})

    assert response.headers["Location"] == reverse("observability:connect", args=["night-shift"])
    project = Project.objects.get(slug="night-shift")
    assert (project.name, project.plan_id, project.memberships.get(user=stranger).role) == (
        "Night shift",
        "build",
        Role.OWNER,
    )
    assert AuditEvent.objects.get().verb == "project.created"


def test_there_is_a_way_back_without_making_one(stranger_client: Client) -> None:
    assert '<a class="button button--quiet" href="/">Cancel</a>' in stranger_client.get(NEW).content.decode()


@pytest.mark.parametrize(
    ("name", "slug", "complaint"),
    [
        ("Mine", "acme", "Another project has or had this address"),
        ("音声", "", "Choose an address"),
        ("Mine", "no/such", "Use lower-case letters, digits and hyphens."),
        ("", "mine", "This field is required"),
    ],
)
def test_what_cannot_be_is_said_in_place(
    stranger_client: Client, project: Project, name: str, slug: str, complaint: str
) -> None:
    response = stranger_client.post(NEW, {"name": name, "slug": slug})

    assert response.status_code == 422
    assert complaint in words(response)
    assert Project.objects.count() == 1


def test_an_address_that_another_project_had_cannot_be_taken(
    stranger_client: Client, owner_client: Client, project: Project
) -> None:
    owner_client.post(reverse("projects:slug-change", args=["acme"]), {"slug": "apex"})

    response = stranger_client.post(NEW, {"name": "Mine", "slug": "acme"})

    assert "Another project has or had this address" in words(response)
    assert list(Project.objects.values_list("slug", flat=True)) == ["apex"]


def test_an_operator_can_keep_it_to_operators(
    stranger_client: Client, stranger: User, settings: object
) -> None:
    settings.SELF_SERVE_PROJECTS = False

    assert stranger_client.get(NEW).status_code == 404
    assert "New project" not in words(stranger_client.get("/"))
    stranger.is_staff = True
    stranger.save()
    assert stranger_client.get(NEW).status_code == 200


def test_somebody_without_a_project_is_led_to_making_one(stranger_client: Client) -> None:
    assert f'href="{NEW}"' in stranger_client.get("/").content.decode()


def test_the_menu_leads_to_every_project_of_the_reader(
    owner_client: Client, owner: User, project: Project, other_project: Project
) -> None:
    other_project.memberships.create(user=owner, role=Role.VIEWER)

    html = owner_client.get(reverse("projects:general-show", args=["acme"])).content.decode()

    for slug in ("acme", "other"):
        assert f'class="menu__item" href="{reverse("observability:session-list", args=[slug])}"' in html
