"""A link lets one person in, once, within a week, with at most the role of whoever invited them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from projects.invitations import MAX_SENT_PER_HOUR
from projects.models import AuditEvent, Invitation, Membership, Project, Role
from tests.pages.reading import open_page, words
from tests.people import MembershipFactory, UserFactory, signed_in

NEW = "new@acme.example"
GONE = "This invitation no longer works"


@pytest.fixture(autouse=True)
def without_a_mail_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"


def invite(client: Client, email: str = NEW, role: str = "member") -> Any:
    address = reverse("projects:invitation-create", args=["acme"])
    return client.post(address, {"email": email, "role": role}, follow=True)


def link_in(text: str) -> str:
    found = re.search(r"/invitations/\S+/", text)
    assert found, text
    return found[0]


def after(**time: int) -> None:
    """As if the invitation had been made so long ago."""
    for row in Invitation.objects.all():
        row.sent_at -= timedelta(**time)
        row.expires_at -= timedelta(**time)
        row.save()
    AuditEvent.objects.update(at=F("at") - timedelta(**time))


def only(name: str) -> str:
    return reverse(f"projects:{name}", args=["acme", Invitation.objects.get().pk])


@pytest.fixture
def link(owner_client: Client, project: Project) -> str:
    return link_in(words(invite(owner_client)))


@pytest.fixture
def newcomer(db: None) -> User:
    return UserFactory(email=NEW)


def test_without_a_mail_server_the_link_is_shown_this_once(owner_client: Client, project: Project) -> None:
    response = invite(owner_client)
    token = link_in(words(response)).split("/")[2]

    assert "no-store" in response["Cache-Control"]
    page = open_page(owner_client, "projects:member-list", "acme")
    assert "new@acme.example Member, invited by Olivia Owner" in page
    assert token not in page
    assert token not in str(Invitation.objects.values().get())
    assert AuditEvent.objects.values_list("verb", "target").get() == ("member.invited", f"{NEW}: member")


def test_with_a_mail_server_the_link_is_mailed_and_not_shown(
    owner_client: Client, project: Project, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Project.objects.update(name="Acme\n& Sons")

    said = words(invite(owner_client))

    assert "The invitation is on its way to new@acme.example." in said
    assert "/invitations/" not in said
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([NEW], "An invitation to Acme & Sons on Playhead")
    assert "Olivia Owner invites you" in message.body
    assert Client().get(link_in(message.body)).status_code == 200


def test_a_mail_server_that_fails_shows_the_link_to_nobody_and_is_asked_again(
    owner_client: Client, project: Project, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    failed = invite(owner_client)
    after(minutes=2)

    again = owner_client.post(only("invitation-resend"), follow=True)

    for response in (failed, again):
        assert "The mail to new@acme.example could not be sent. Send the invitation again" in words(response)
        assert "/invitations/" not in words(response)
        assert "Send again to new@acme.example" in words(response)


def test_whoever_is_invited_joins_with_the_role_and_once(link: str, newcomer: User, project: Project) -> None:
    client = signed_in(newcomer)
    assert "Olivia Owner invites new@acme.example to this project as member : looks at sessions" in words(
        client.get(link)
    )
    assert not Membership.objects.filter(user=newcomer).exists()

    assert "You are member of Acme." in words(client.post(link, follow=True))

    assert Membership.objects.get(user=newcomer).role == Role.MEMBER
    assert AuditEvent.objects.filter(verb="member.joined", actor=newcomer).count() == 1
    again = client.post(link)
    assert (again.status_code, GONE in words(again)) == (410, True)
    assert "It was used already" in words(again)


def test_the_address_is_the_same_in_capitals(link: str, project: Project) -> None:
    user = UserFactory(email="New@Acme.Example")

    assert signed_in(user).post(link).status_code == 302


def test_somebody_else_learns_for_whom_it_is_and_does_not_get_in(
    link: str, stranger_client: Client, stranger: User, project: Project
) -> None:
    for response in (stranger_client.get(link), stranger_client.post(link)):
        assert response.status_code == 403
        assert "It was made for new@acme.example ; you are signed in as stranger@other.example ." in words(
            response
        )
    assert not project.memberships.filter(user=stranger).exists()
    assert Invitation.objects.get().accepted_at is None


def test_a_link_is_good_for_seven_days(link: str, newcomer: User) -> None:
    client = signed_in(newcomer)
    after(days=6, hours=23)
    assert client.get(link).status_code == 200
    after(hours=1, minutes=1)

    for response in (client.get(link), client.post(link)):
        assert (response.status_code, "Its time is over" in words(response)) == (410, True)
    assert not Membership.objects.filter(user=newcomer).exists()


def test_a_revoked_link_says_so(link: str, newcomer: User, owner_client: Client) -> None:
    said = words(owner_client.post(only("invitation-revoke"), follow=True))

    assert "The invitation of new@acme.example is revoked" in said
    response = signed_in(newcomer).post(link)
    assert (response.status_code, "It was taken back." in words(response)) == (410, True)
    assert not Membership.objects.filter(user=newcomer).exists()


def test_a_link_that_never_was_says_nothing_of_any_project(client: Client, project: Project) -> None:
    response = client.get("/invitations/no-such-token/")

    assert response.status_code == 410
    assert "Acme" not in words(response)


def test_sent_again_the_new_link_is_good_for_a_week_and_the_old_one_dead(
    link: str, newcomer: User, owner_client: Client
) -> None:
    after(days=8)
    assert "expired" in open_page(owner_client, "projects:member-list", "acme")

    new = link_in(words(owner_client.post(only("invitation-resend"), follow=True)))

    client = signed_in(newcomer)
    assert client.get(link).status_code == 410
    assert client.post(new).status_code == 302
    assert Invitation.objects.get().expires_at > timezone.now() + timedelta(days=6)


def test_a_link_is_shown_once_and_reloading_its_page_sends_nothing(
    owner_client: Client, project: Project
) -> None:
    response = invite(owner_client)

    assert response.redirect_chain == [(reverse("projects:member-list", args=["acme"]), 302)]
    assert link_in(words(response))
    assert "/invitations/" not in open_page(owner_client, "projects:member-list", "acme")
    assert Invitation.objects.count() == 1


def test_it_is_not_sent_twice_within_a_minute(link: str, owner_client: Client) -> None:
    response = owner_client.post(only("invitation-resend"), follow=True)

    assert "It was sent less than a minute ago." in words(response)


def test_a_project_sends_so_many_an_hour(owner_client: Client, project: Project) -> None:
    for number in range(MAX_SENT_PER_HOUR):
        assert invite(owner_client, f"{number}@new.example").status_code == 200

    assert invite(owner_client).status_code == 429
    after(hours=1)
    assert invite(owner_client).status_code == 200


def test_each_time_that_one_is_sent_again_counts(link: str, owner_client: Client) -> None:
    for _ in range(MAX_SENT_PER_HOUR - 1):
        after(seconds=61)
        assert link_in(words(owner_client.post(only("invitation-resend"), follow=True)))
    after(seconds=61)

    refused = words(owner_client.post(only("invitation-resend"), follow=True))

    assert "30 invitations were sent within an hour." in refused
    assert invite(owner_client, "other@new.example").status_code == 429


@pytest.mark.parametrize(
    ("email", "role", "complaint"),
    [
        ("nobody", "member", "Enter a valid email address"),
        ("teammate@ACME.example", "viewer", "They are a member already."),
        (NEW, "king", "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_in_place(
    owner_client: Client, project: Project, email: str, role: str, complaint: str
) -> None:
    response = invite(owner_client, email, role)

    assert (response.status_code, complaint in words(response)) == (422, True)
    assert not Invitation.objects.exists()


def test_nobody_is_invited_twice(link: str, owner_client: Client) -> None:
    assert "They are invited already" in words(invite(owner_client, NEW.upper()))


def test_an_admin_invites_nobody_above_themselves(project: Project) -> None:
    admin = UserFactory()
    MembershipFactory(project=project, user=admin, role=Role.ADMIN)

    assert invite(signed_in(admin), role="owner").status_code == 422
    assert invite(signed_in(admin), role="admin").status_code == 200


def test_members_invite_nobody(teammate_client: Client, project: Project) -> None:
    assert invite(teammate_client).status_code == 404


def test_an_open_invitation_is_sent_again_where_there_is_a_mail_server_and_has_a_new_link_elsewhere(
    owner_client: Client, link: str, settings: Any
) -> None:
    page = open_page(owner_client, "projects:member-list", "acme")
    assert "New link for new@acme.example" in page
    assert "Send again" not in page

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    assert "Send again to new@acme.example" in open_page(owner_client, "projects:member-list", "acme")


def test_an_admin_does_not_send_an_owners_invitation_again(owner_client: Client, project: Project) -> None:
    admin = UserFactory()
    MembershipFactory(project=project, user=admin, role=Role.ADMIN)
    invite(owner_client, role="owner")
    after(minutes=2)

    response = signed_in(admin).post(only("invitation-resend"), follow=True)

    assert "You can invite people up to your own role." in words(response)


def test_an_invitation_makes_nobody_smaller(link: str, newcomer: User, project: Project) -> None:
    MembershipFactory(project=project, user=newcomer, role=Role.ADMIN)

    signed_in(newcomer).post(link)

    assert Membership.objects.get(user=newcomer).role == Role.ADMIN


def test_the_invitation_ends_with_its_senders_membership(
    owner_client: Client, project: Project, newcomer: User
) -> None:
    admin = UserFactory()
    row = MembershipFactory(project=project, user=admin, role=Role.ADMIN)
    link = link_in(words(invite(signed_in(admin))))

    owner_client.post(reverse("projects:member-remove", args=["acme", row.pk]))

    assert signed_in(newcomer).post(link).status_code == 410


def test_a_deleted_projects_links_are_as_if_they_never_were(
    link: str, newcomer: User, owner_client: Client
) -> None:
    owner_client.post(reverse("projects:project-delete", args=["acme"]), {"name": "Acme"})

    response = signed_in(newcomer).post(link)
    assert (response.status_code, "Acme" in words(response)) == (410, False)


SIGN_UP = {"password1": "a rather long one", "password2": "a rather long one"}


def test_who_has_no_account_makes_one_for_the_invited_address_and_joins(link: str, client: Client) -> None:
    page = client.get(link)
    assert f"{reverse('account_signup')}?email=new%40acme.example&amp;next={link.replace('/', '%2F')}" in (
        page.content.decode()
    )

    made = client.post(reverse("account_signup"), SIGN_UP | {"email": NEW, "next": link})

    assert made.headers["Location"] == link
    assert client.post(link).status_code == 302
    assert Membership.objects.get(user__email=NEW).role == Role.MEMBER


def test_an_invitation_makes_no_account_for_another_address(link: str, client: Client) -> None:
    client.get(link)

    response = client.post(reverse("account_signup"), SIGN_UP | {"email": "else@acme.example"})

    assert "Your invitation is for another address" in words(response)
    assert not User.objects.filter(email="else@acme.example").exists()


@pytest.mark.parametrize("end", ["revoke", "expire"])
def test_an_invitation_that_has_ended_makes_no_account(
    link: str, client: Client, owner_client: Client, end: str
) -> None:
    client.get(link)
    if end == "revoke":
        owner_client.post(only("invitation-revoke"))
    else:
        after(days=8)

    client.post(reverse("account_signup"), SIGN_UP | {"email": NEW})

    assert not User.objects.filter(email=NEW).exists()


def test_without_an_invitation_sign_up_stays_closed(link: str, client: Client) -> None:
    response = client.post(reverse("account_signup"), SIGN_UP | {"email": NEW})

    assert "Accounts are made by invitation" in words(response)
    assert not User.objects.filter(email=NEW).exists()


def test_the_links_page_tells_no_other_site_its_address(link: str, client: Client) -> None:
    response = client.get(link)

    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
