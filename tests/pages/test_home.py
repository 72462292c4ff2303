import re

from django.test import Client
from django.urls import reverse

from projects.models import Project, Role
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
