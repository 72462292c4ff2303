import logging
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.client_address import address_of

logger = logging.getLogger(__name__)

INVITED_ADDRESS = "account_verified_email"
"""Where allauth's `stash_verified_email` keeps, in a browser's session, the address that an invitation went to."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no annotations
    """Who may sign up here, by the setting SIGN_UP. Operators make accounts with a command in any case."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.SIGN_UP == "invited":
            return bool(request.session.get(INVITED_ADDRESS))
        return bool(settings.SIGN_UP == "open")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leads to BASE_URL as invitations do, and not to the host that a request names.

        A mail server that is down breaks no page; what the mail was to say can be asked for again.
        """
        host = urlsplit(settings.BASE_URL).netloc
        links = {name: at_base_url(value) for name, value in context.items() if name.endswith("_url")}
        named = context | links | {"current_site": {"name": host, "domain": host}}
        try:
            super().send_mail(template_prefix, email, named)
        except OSError:
            logger.exception("The mail %s could not be sent.", template_prefix)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Counts tries, and is what is written down. Raises PermissionDenied for who has none."""
        address = address_of(request)
        if address is None:
            raise PermissionDenied("The request comes from no address.")
        return address

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Guesses are counted by account alone: allauth adds the host, of which a guesser may name many."""
        return str(credentials.get("email", "")).lower()

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names."""


def at_base_url(url: str) -> str:
    return settings.BASE_URL + urlunsplit(("", "", *urlsplit(url)[2:]))


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """People of the provider that the operator chose: let in by their verified address, and new ones if so set."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return settings.OIDC_SIGN_UP or bool(super().is_open_for_signup(request, sociallogin))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        given = " ".join(filter(None, [data.get("first_name"), data.get("last_name")]))
        user.name = (data.get("name") or given)[:120]
        return user
