import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.codes import code_of
from tests.people import PASSWORD


def prove(client: Client) -> Client:
    """That it is still the same person, by the password: asked for before an account is made less safe."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def sure_client(owner_client: Client) -> Client:
    return prove(owner_client)


@pytest.fixture
def app_secret(sure_client: Client, owner: User) -> str:
    """Of the owner's authenticator app, which is switched on. Its first code is used up."""
    secret = str(sure_client.get(reverse("mfa_activate_totp")).context["form"].secret)
    sure_client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert Authenticator.objects.filter(user=owner, type="totp").exists()
    return secret
