"""Keeps the secrets of authenticator apps as it keeps those of agents; that is why it is not in accounts."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from accounts.models import User
from projects.secrets import decrypt, encrypt


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no annotations
    """Neither an app's secret nor the seed of recovery codes can be read from a dump of the database."""

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002  (allauth's name for it)
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)
