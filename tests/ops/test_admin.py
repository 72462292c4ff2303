"""The Django admin shows operators what is meant for them. Nobody comes in by it, and nobody is changed in it."""

import pytest
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from config.admin_site import OperatorsSite
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


@pytest.fixture
def operator() -> User:
    return User.objects.create_superuser("operator@example.org", PASSWORD)


def test_strangers_are_led_to_where_everybody_signs_in(client: Client) -> None:
    answer = client.get("/admin/projects/project/", follow=True)

    assert answer.redirect_chain[-1][0] == f"{reverse('account_login')}?next=/admin/projects/project/"


def test_a_password_alone_opens_nothing(client: Client, operator: User) -> None:
    """The other door asks for the second factor, and counts wrong passwords."""
    client.post(LOGIN, {"username": operator.email, "password": PASSWORD, "next": "/admin/"})

    assert "_auth_user_id" not in client.session


def test_whoever_is_no_operator_is_told_of_nothing(owner_client: Client) -> None:
    assert owner_client.get(LOGIN).status_code == 404


def test_operators_go_on_and_change_their_password_where_others_do(client: Client, operator: User) -> None:
    client.force_login(operator)

    assert client.get(LOGIN).headers["Location"] == reverse("admin:index")
    changing = client.get(reverse("admin:password_change"))
    assert changing.headers["Location"] == reverse("account_change_password")


def test_only_plans_can_be_changed_and_nothing_can_be_added_or_deleted(
    operator: User, rf: RequestFactory
) -> None:
    """An address or a second factor of somebody's account would make an operator that person."""
    request = rf.get("/admin/")
    request.user = operator
    may: dict[str, list[str]] = {}
    for model, shown in admin.site._registry.items():
        allowed = {
            "add": shown.has_add_permission(request),
            "change": shown.has_change_permission(request),
            "delete": shown.has_delete_permission(request),
        }
        may[model._meta.label] = [name for name, is_allowed in allowed.items() if is_allowed]

    assert len(may) > 5
    assert {label: names for label, names in may.items() if names} == {"projects.Plan": ["change"]}


def test_pages_that_libraries_bring_are_left_out() -> None:
    assert isinstance(admin.site, AdminSite)
    brought = {model._meta.app_label for model in admin.site._registry}

    assert brought == {"accounts", "observability", "projects"}
    site = OperatorsSite()
    site.register(User)
    assert not site.is_registered(User)
