import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.models import Project, Role
from projects.staff import begin_grant
from tests.pages.reading import words
from tests.people import MembershipFactory, ProjectFactory


def test_home_is_the_first_project(owner_client: Client, project: Project) -> None:
    assert owner_client.get("/").headers["Location"] == reverse("observability:session-list", args=["acme"])


def test_home_is_where_one_was_last(owner_client: Client, owner: object, project: Project) -> None:
    zoo = ProjectFactory(name="Zoo", slug="zoo")
    MembershipFactory(project=zoo, user=owner, role=Role.VIEWER)
    owner_client.get(reverse("observability:session-list", args=["zoo"]))

    assert owner_client.get("/").headers["Location"] == reverse("observability:session-list", args=["zoo"])


def test_someone_without_a_project_is_told_whom_to_ask(stranger_client: Client) -> None:
    assert "You are in no project yet" in words(stranger_client.get("/"))


def test_a_page_that_is_not_there_says_so(client: Client, db: None) -> None:
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "There is no such page, or it is not yours to see." in words(response)
    assert "noindex" not in words(response)


def test_a_form_that_was_open_too_long_says_what_to_do(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "x", "password": "y"})

    assert response.status_code == 403
    assert "reload it and try again" in words(response)


def test_pages_carry_no_inline_code(owner_client: Client, front_desk: object) -> None:
    for name in (
        "observability:session-list",
        "observability:connect",
        "projects:key-list",
        "projects:privacy-edit",
        "projects:general-show",
        "projects:member-list",
        "projects:plan-show",
        "projects:trail-show",
    ):
        html = owner_client.get(reverse(name, args=["acme"])).content.decode()

        assert " style=" not in html
        assert " onclick=" not in html
        assert html.count("<script") == len(re.findall(r"<script [^>]*src=", html))


@pytest.mark.parametrize("address", ["/account/", "/account/sessions/", "/account/2fa/", "/projects/new/"])
def test_pages_of_no_project_have_the_rail_of_the_one_that_one_comes_from(
    owner_client: Client, owner: User, project: Project, address: str
) -> None:
    zoo = ProjectFactory(name="Zoo", slug="zoo")
    MembershipFactory(project=zoo, user=owner, role=Role.VIEWER)
    owner_client.get("/projects/zoo/sessions/")

    rail = rail_of(owner_client.get(address, follow=True))

    assert re.findall(r'rail__link" href="/projects/zoo/(\w+)/"', rail) == [
        "sessions",
        "insights",
        "connect",
        "settings",
    ]
    assert re.findall(r"<span class=\"clip\">(\w+)</span>", rail) == ["Acme", "Zoo"]


def test_the_system_page_has_it_too(admin_client: Client, project: Project) -> None:
    MembershipFactory(project=project, user=User.objects.get(email="admin@example.com"), role=Role.VIEWER)

    assert "/projects/acme/insights/" in rail_of(admin_client.get("/system/"))


def test_an_operator_who_looked_in_has_no_rail_of_what_is_not_theirs(
    admin_client: Client, project: Project
) -> None:
    operator = User.objects.get(email="admin@example.com")
    begin_grant("acme", operator, reason="Support request 4711", minutes=60)
    admin_client.get("/projects/acme/sessions/")

    assert "/projects/acme/" not in rail_of(admin_client.get("/system/"))


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        ("observability:session-list", "/projects/zoo/sessions/"),
        ("observability:insights", "/projects/zoo/insights/"),
        ("observability:connect", "/projects/zoo/connect/"),
        ("projects:member-list", "/projects/zoo/settings/"),
    ],
)
def test_the_projects_name_leads_to_the_same_page_of_another_project_where_one_has_several(
    owner_client: Client, owner: User, project: Project, name: str, leads_to: str
) -> None:
    assert menu_of_projects(owner_client.get(reverse(name, args=["acme"]))) == []

    zoo = ProjectFactory(name="Zoo", slug="zoo")
    MembershipFactory(project=zoo, user=owner, role=Role.VIEWER)

    assert menu_of_projects(owner_client.get(reverse(name, args=["acme"])))[1:] == [leads_to]


def menu_of_projects(response: HttpResponse) -> list[str]:
    html = response.content.decode()
    assert ('popovertarget="project-menu"' in html) is ('id="project-menu"' in html)
    _, _, menu = html.partition('id="project-menu"')
    return re.findall(r'<a [^>]*href="([^"]+)"', menu.partition("</ul>")[0])


def rail_of(response: HttpResponse) -> str:
    html = response.content.decode()
    return html[html.index('<nav class="rail"') : html.index("</nav>", html.index('class="rail"'))]
