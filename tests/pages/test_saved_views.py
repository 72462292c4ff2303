"""Views of the list that a project shares."""

import pytest
from django.test import Client
from django.urls import reverse

from observability.limits import MAX_SAVED_VIEWS
from observability.models import SavedView
from projects.models import Membership, Project, Role
from tests.pages.reading import words
from tests.people import UserFactory, signed_in

LIST = "observability:session-list"


def save(client: Client, name: str, query: str = "agent=front-desk&sort=longest") -> str:
    return words(
        client.post(
            reverse("observability:view-save", args=["acme"]), {"name": name, "query": query}, follow=True
        )
    )


def test_what_one_member_saves_another_opens(
    teammate_client: Client, owner_client: Client, project: Project
) -> None:
    told = save(teammate_client, "  Long   calls ")

    page = owner_client.get(reverse(LIST, args=["acme"])).content.decode()
    assert "Long calls is saved for everybody in this project." in told
    assert 'href="/projects/acme/sessions/?agent=front-desk&amp;sort=longest"' in page


def test_the_list_says_which_view_it_shows(owner_client: Client, project: Project) -> None:
    save(owner_client, "Long calls")

    shown = words(owner_client.get(f"{reverse(LIST, args=['acme'])}?sort=longest&agent=front-desk"))
    others = words(owner_client.get(f"{reverse(LIST, args=['acme'])}?agent=front-desk"))

    assert "Long calls , views of this list" in shown
    assert "Views , views of this list" in others


def test_a_view_keeps_what_the_list_understands_and_nothing_else(
    owner_client: Client, project: Project
) -> None:
    save(owner_client, "Odd", "status=nonsense&cursor=5&next=//elsewhere&slow=1500")

    assert SavedView.objects.get().query == "slow=1500"


def test_views_are_renamed_and_deleted(
    owner_client: Client, teammate_client: Client, project: Project
) -> None:
    save(owner_client, "Slow")
    view = SavedView.objects.get()

    renamed = teammate_client.post(
        reverse("observability:view-rename", args=["acme", view.pk]), {"name": "Slower"}, follow=True
    )
    deleted = teammate_client.post(reverse("observability:view-delete", args=["acme", view.pk]), follow=True)

    assert "The view is now Slower." in words(renamed)
    assert "The view Slower is deleted. No session is." in words(deleted)
    assert not SavedView.objects.exists()
    verbs = project.audit_events.filter(verb__startswith="view.").order_by("pk").values_list("verb", "target")
    assert list(verbs) == [("view.saved", "Slow"), ("view.renamed", "Slower"), ("view.deleted", "Slower")]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (" ", "A view needs a name of at most 60 characters."),
        ("x" * 61, "A view needs a name of at most 60 characters."),
        ("SLOW", "There is a view named SLOW already."),
    ],
)
def test_a_bad_name_is_refused_with_a_sentence(
    owner_client: Client, project: Project, name: str, sentence: str
) -> None:
    save(owner_client, "Slow")

    assert sentence in save(owner_client, name)
    assert SavedView.objects.count() == 1


def test_a_menu_of_views_has_an_end(owner_client: Client, project: Project) -> None:
    SavedView.objects.bulk_create(SavedView(project=project, name=str(n)) for n in range(MAX_SAVED_VIEWS))

    assert f"A project has at most {MAX_SAVED_VIEWS} views." in save(owner_client, "One more")


def test_viewers_and_strangers_change_no_view(
    stranger_client: Client, other_project: Project, owner_client: Client, project: Project
) -> None:
    save(owner_client, "Slow")
    viewer = UserFactory()
    Membership.objects.create(project=project, user=viewer, role=Role.VIEWER)
    args = ["acme", SavedView.objects.get().pk]

    for client in (signed_in(viewer), stranger_client):
        answers = [
            client.post(reverse("observability:view-save", args=["acme"]), {"name": "Mine"}).status_code,
            client.post(reverse("observability:view-rename", args=args), {"name": "Mine"}).status_code,
            client.post(reverse("observability:view-delete", args=args)).status_code,
        ]
        assert answers == [404, 404, 404]
    assert [view.name for view in SavedView.objects.all()] == ["Slow"]
    assert "Slow" in words(signed_in(viewer).get(reverse(LIST, args=["acme"])))


def test_another_projects_view_is_not_found(
    stranger_client: Client, other_project: Project, owner_client: Client, project: Project
) -> None:
    save(owner_client, "Slow")

    address = reverse("observability:view-delete", args=["other", SavedView.objects.get().pk])

    assert stranger_client.post(address).status_code == 404
