import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from observability.limits import TOKEN_VERDICT_S
from observability.models import Session
from projects.actions import create_access_token, register_api_key
from projects.models import AccessToken, ApiKey, AuditEvent, Project, Role
from projects.secrets import decrypt
from tests.pages.reading import open_page, words
from tests.people import MembershipFactory, ProjectFactory
from tests.sending import Agent, agent, spans

__all__ = ["agent"]

LIST = "projects:key-list"
GENERATE = "/projects/acme/settings/keys/generate/"
SECRET = "a-secret-of-more-than-sixteen"


def test_keys_are_listed_without_their_secrets(owner_client: Client, api_key: ApiKey) -> None:
    page = open_page(owner_client, LIST, "acme")

    assert "APIacme registered by Olivia Owner" in page
    assert "not used yet" in page
    assert decrypt(api_key.encrypted_secret) not in page


def test_the_pair_one_has_is_registered(owner_client: Client, project: Project) -> None:
    response = register(owner_client, "APIours", SECRET)

    assert "APIours is registered" in words(response)
    assert decrypt(project.api_keys.get().encrypted_secret) == SECRET
    assert trail() == [("api_key.registered", "APIours")]


def test_a_short_secret_is_refused_in_place(owner_client: Client, project: Project) -> None:
    response = register(owner_client, "devkey", "12345")

    assert response.status_code == 422
    assert "at least 6 characters" in words(response)
    assert not project.api_keys.exists()


def test_the_same_key_twice_is_explained(owner_client: Client, api_key: ApiKey) -> None:
    assert "This project has a key of that name already" in words(register(owner_client, "APIacme", SECRET))


def test_a_generated_pair_is_shown_once_and_reloading_makes_no_other(
    owner_client: Client, project: Project
) -> None:
    response = owner_client.post(GENERATE, follow=True)
    secret = decrypt(project.api_keys.get().encrypted_secret)

    assert response.redirect_chain == [(reverse(LIST, args=["acme"]), 302)]
    assert f"LIVEKIT_API_SECRET={secret}" in words(response)
    assert secret not in open_page(owner_client, LIST, "acme")
    assert project.api_keys.count() == 1


def test_on_its_way_to_the_page_a_secret_lies_encrypted(owner_client: Client, project: Project) -> None:
    owner_client.post(GENERATE)
    secret = decrypt(project.api_keys.get().encrypted_secret)

    assert secret not in str(owner_client.session.items())


def test_a_secret_is_not_used_up_by_a_page_that_does_not_show_it(
    owner_client: Client, project: Project
) -> None:
    owner_client.post(GENERATE)
    open_page(owner_client, "projects:member-list", "acme")

    assert "LIVEKIT_API_SECRET=" in open_page(owner_client, LIST, "acme")


def test_a_secret_waits_for_no_other_project_and_for_no_other_day(
    owner_client: Client, owner: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    MembershipFactory(project=ProjectFactory(slug="second"), user=owner, role=Role.OWNER)
    owner_client.post(GENERATE)
    elsewhere = open_page(owner_client, LIST, "second")
    monkeypatch.setattr("projects.pages.shown_once.MAX_AGE_S", 0)
    owner_client.post(GENERATE)
    too_late = open_page(owner_client, LIST, "acme")

    assert "LIVEKIT_API_SECRET=" not in elsewhere + too_late


def test_a_page_with_a_secret_is_stored_nowhere(owner_client: Client, project: Project) -> None:
    response = owner_client.post(GENERATE, follow=True)

    assert "no-store" in response["Cache-Control"]


def test_a_revoked_key_leaves_the_list(owner_client: Client, api_key: ApiKey) -> None:
    response = owner_client.post(reverse("projects:key-revoke", args=["acme", api_key.pk]), follow=True)

    assert "APIacme is revoked" in words(response)
    assert "No key yet" in words(response)
    assert trail() == [("api_key.revoked", "APIacme")]


def test_a_key_of_another_project_cannot_be_revoked(
    stranger_client: Client, other_project: Project, api_key: ApiKey
) -> None:
    response = stranger_client.post(reverse("projects:key-revoke", args=["other", api_key.pk]))

    assert response.status_code == 404
    assert ApiKey.objects.get().revoked_at is None


def test_a_token_is_shown_once_and_may_only_read(owner_client: Client, project: Project) -> None:
    address = reverse("projects:token-create", args=["acme"])
    shown = words(owner_client.post(address, {"name": "nightly report"}, follow=True))
    token = AccessToken.objects.get()

    assert f"Your new token “nightly report”. It is shown this once {token.prefix}" in shown
    assert "It is shown this once" not in open_page(owner_client, LIST, "acme")
    assert token.scopes == ["read"]
    assert trail()[0][0] == "access_token.created"


def test_a_token_may_send_if_whoever_makes_it_says_so(owner_client: Client, project: Project) -> None:
    owner_client.post(
        reverse("projects:token-create", args=["acme"]),
        {"name": "move from the old server", "may_send": "on"},
    )

    assert AccessToken.objects.get().scopes == ["read", "ingest"]


def test_a_token_needs_a_name(owner_client: Client, project: Project) -> None:
    response = owner_client.post(reverse("projects:token-create", args=["acme"]), {"name": " "})

    assert response.status_code == 422
    assert not AccessToken.objects.exists()


def test_a_revoked_token_no_longer_opens_anything(owner_client: Client, project: Project) -> None:
    made = create_access_token(project, "script", ["read"], by=None)

    owner_client.post(reverse("projects:token-revoke", args=["acme", made.row.pk]))

    assert AccessToken.objects.get().revoked_at is not None


def test_a_pair_is_rotated_while_both_work(
    owner_client: Client, project: Project, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("observability.ingest.credentials.TOKEN_VERDICT_S", 0)
    owner_client.post(reverse("projects:key-generate", args=["acme"]))
    new = project.api_keys.get(is_generated=True)
    renewed = Agent(key=new.key, secret=decrypt(new.encrypted_secret))

    overlap = [each.send("traces", spans("llm_node")).status_code for each in (agent, renewed)]
    old = project.api_keys.get(key="APIacme")
    owner_client.post(reverse("projects:key-revoke", args=["acme", old.pk]))
    after = [each.send("traces", spans("tts_node")).status_code for each in (agent, renewed)]

    assert (overlap, after) == ([200, 200], [401, 200])


def test_a_token_is_rotated_while_both_work(owner_client: Client, client: Client, session: Session) -> None:
    first, second = (create_access_token(session.project, name, ["read"], by=None) for name in ("old", "new"))

    def answers() -> list[int]:
        headers = [{"Authorization": f"Bearer {each.secret}"} for each in (first, second)]
        return [client.get("/api/v1/projects/acme/sessions/", headers=each).status_code for each in headers]

    overlap = answers()
    owner_client.post(reverse("projects:token-revoke", args=["acme", first.row.pk]))

    assert (overlap, answers()) == ([200, 200], [401, 200])


def test_the_page_tells_which_key_and_token_are_still_in_use(
    owner_client: Client, client: Client, project: Project, agent: Agent
) -> None:
    made = create_access_token(project, "script", ["read"], by=None)
    agent.send("traces", spans("llm_node"))
    client.get("/api/v1/projects/acme/sessions/", headers={"Authorization": f"Bearer {made.secret}"})

    page = open_page(owner_client, LIST, "acme")

    assert len(re.findall(r"used \d+ \w+ \d{4}", page)) == 2
    assert "not used yet" not in page


def test_a_revoked_key_is_refused_everywhere_within_five_seconds() -> None:
    assert TOKEN_VERDICT_S < 5


@pytest.mark.parametrize("keys", [1, 3])
def test_the_list_takes_as_many_queries_for_many_keys_as_for_few(
    owner_client: Client, owner: User, project: Project, django_assert_num_queries: Any, keys: int
) -> None:
    for number in range(keys):
        register_api_key(project, f"API{number}", SECRET, by=owner)
        create_access_token(project, "script", ["read"], by=owner)
    owner_client.get(reverse(LIST, args=["acme"]))

    with django_assert_num_queries(8):
        owner_client.get(reverse(LIST, args=["acme"]))


def register(client: Client, key: str, secret: str) -> object:
    return client.post(
        reverse("projects:key-register", args=["acme"]), {"key": key, "secret": secret}, follow=True
    )


def trail() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.values_list("verb", "target"))
