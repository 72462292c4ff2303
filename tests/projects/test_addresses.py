"""A project's name and address can change. What uses the address of before goes on working; nobody else can take it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Refusal, Session
from projects.addresses import MAX_FORMER_SLUGS
from projects.models import ApiKey, AuditEvent, FormerSlug, Project
from tests.pages.reading import open_page, words
from tests.sending import Agent, spans


def move(client: Client, before: str, slug: str) -> Any:
    return client.post(reverse("projects:slug-change", args=[before]), {"slug": slug}, follow=True)


def test_a_project_is_renamed_and_keeps_its_address(owner_client: Client, project: Project) -> None:
    response = owner_client.post(
        reverse("projects:project-rename", args=["acme"]), {"name": "Acme & Sons"}, follow=True
    )

    assert "The project is called Acme & Sons now." in words(response)
    assert AuditEvent.objects.values_list("verb", "target").get() == ("project.renamed", "from Acme")
    assert Project.objects.get().slug == "acme"


def test_a_new_address_is_shown_with_those_of_before(owner_client: Client, project: Project) -> None:
    said = words(move(owner_client, "acme", "apex"))

    assert "The address is apex now. acme goes on working." in said
    assert "/p/apex" in said
    assert "Former addresses still lead here, for agents and links: acme ." in said
    assert AuditEvent.objects.values_list("verb", "target").get() == ("project.moved", "from acme")


def test_what_an_address_may_be_is_said_once_as_hint_or_as_error(
    owner_client: Client, project: Project
) -> None:
    before = words(owner_client.get(reverse("projects:general-show", args=["acme"])))
    after = words(move(owner_client, "acme", "No Slug!"))

    told = [text.lower().count("lower-case letters, digits and hyphens.") for text in (before, after)]
    assert told == [1, 1]
    assert "Use lower-case letters, digits and hyphens." in after


def test_pages_under_the_former_address_lead_members_on_and_nobody_else(
    owner_client: Client,
    teammate_client: Client,
    stranger_client: Client,
    session: Session,
    other_project: Project,
) -> None:
    page = reverse("observability:session-show", args=["acme", session.public_id]) + "?turn=1"
    move(owner_client, "acme", "apex")

    for client in (owner_client, teammate_client):
        assert client.get(page).headers["Location"] == page.replace("/acme/", "/apex/")
        assert client.get(page, follow=True).status_code == 200
    theirs = stranger_client.get(page)
    assert (theirs.status_code, words(theirs)) == (
        404,
        words(stranger_client.get(page.replace("/acme/", "/never-was/"))),
    )


def test_what_is_for_admins_stays_so_under_the_former_address(
    owner_client: Client, teammate_client: Client, project: Project
) -> None:
    move(owner_client, "acme", "apex")

    assert teammate_client.get(reverse("projects:key-list", args=["acme"])).status_code == 404
    assert owner_client.get(reverse("projects:key-list", args=["acme"])).status_code == 302


def test_a_form_that_was_open_meanwhile_arrives(owner_client: Client, project: Project) -> None:
    move(owner_client, "acme", "apex")

    owner_client.post(reverse("projects:project-rename", args=["acme"]), {"name": "Apex"}, follow=True)

    assert Project.objects.get().name == "Apex"


def test_a_script_that_knows_the_former_address_reads_on(
    owner_client: Client, session: Session, read_token: Any, client: Client
) -> None:
    move(owner_client, "acme", "apex")
    headers = {"Authorization": f"Bearer {read_token.secret}"}

    for slug in ("acme", "apex"):
        answer = client.get(f"/api/v1/projects/{slug}/sessions/", headers=headers)
        assert [each["id"] for each in answer.json()["results"]] == [str(session.public_id)]
    assert client.get("/api/v1/projects/never-was/sessions/", headers=headers).status_code == 404


def test_agents_upload_to_the_former_address(owner_client: Client, agent: Agent, project: Project) -> None:
    move(owner_client, "acme", "apex")
    move(owner_client, "apex", "apogee")

    for slug in ("acme", "apex", "apogee"):
        assert Agent(base=f"/p/{slug}").send("traces", spans("llm_node")).status_code == 200
    assert Agent(base="/p/never-was").send("traces", spans("llm_node")).status_code == 401


def test_refusals_at_the_former_address_are_the_projects_to_see(
    owner_client: Client, agent: Agent, project: Project
) -> None:
    move(owner_client, "acme", "apex")

    Agent(secret="not-the-secret-of-this-key-at-all!").send("traces", spans("llm_node"))

    assert Refusal.objects.get().project == project


@pytest.mark.parametrize("slug", ["other", "No Good", "-", ""])
def test_an_address_that_cannot_be_is_refused_in_place(
    owner_client: Client, project: Project, other_project: Project, slug: str
) -> None:
    response = move(owner_client, "acme", slug)

    assert response.status_code == 422
    assert Project.objects.get(pk=project.pk).slug == "acme"
    assert not FormerSlug.objects.exists()


def test_nobody_moves_to_where_another_project_was(
    owner_client: Client, stranger_client: Client, project: Project, other_project: Project
) -> None:
    move(owner_client, "acme", "apex")

    response = move(stranger_client, "other", "acme")

    assert "Another project has or had this address" in words(response)
    assert Project.objects.get(pk=other_project.pk).slug == "other"


def test_a_project_may_return_to_an_address_of_its_own(owner_client: Client, project: Project) -> None:
    move(owner_client, "acme", "apex")
    move(owner_client, "apex", "acme")

    assert Project.objects.get().slug == "acme"
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["apex"]


def test_nobody_collects_addresses(owner_client: Client, project: Project) -> None:
    FormerSlug.objects.bulk_create(
        FormerSlug(slug=f"old-{number}", project=project) for number in range(MAX_FORMER_SLUGS)
    )

    assert "at most 20 former addresses" in words(move(owner_client, "acme", "apex"))
    assert move(owner_client, "acme", "old-3").status_code == 200


def test_the_addresses_of_a_deleted_project_are_free(
    owner_client: Client, stranger_client: Client, project: Project, api_key: ApiKey
) -> None:
    move(owner_client, "acme", "apex")
    owner_client.post(reverse("projects:project-delete", args=["apex"]), {"name": "Acme"})

    for slug in ("acme", "apex"):
        response = stranger_client.post(reverse("project-create"), {"name": "Mine", "slug": slug})
        assert response.status_code == 302


def test_members_see_the_address_and_change_nothing(teammate_client: Client, project: Project) -> None:
    page = open_page(teammate_client, "projects:general-show", "acme")

    assert "/p/acme" in page
    assert "Rename" not in page
    for name in ("projects:project-rename", "projects:slug-change"):
        assert (
            teammate_client.post(reverse(name, args=["acme"]), {"name": "x", "slug": "x"}).status_code == 404
        )
