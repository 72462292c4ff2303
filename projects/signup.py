"""Where accounts are made by invitation only: whoever has opened an invitation's link may, for its address."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from accounts.adapter import AccountAdapter, SingleSignOnAdapter
from projects.actions import hash_token
from projects.invitations import may_sign_up
from projects.models import Invitation

INVITED_BY = "invitation"
"""In the browser's session: the hash of the token of the invitation that was opened last."""


def remember_invitation(request: HttpRequest, invitation: Invitation, token: str) -> None:
    """The link proves the address that it went to."""
    request.session[INVITED_BY] = hash_token(token)
    AccountAdapter(request).stash_verified_email(request, invitation.email)


class InvitationAdapter(AccountAdapter):
    """Looks at the invitation once more when the account is made: its time may be over by then."""

    def clean_email(self, email: str) -> Any:
        email = super().clean_email(email)
        token_hash = self.request.session.get(INVITED_BY, "")
        is_signing_up = self.request.resolver_match.url_name == "account_signup"
        if not is_signing_up or not token_hash or settings.SIGN_UP == "open":
            return email
        if not may_sign_up(email, token_hash, now=timezone.now()):
            raise ValidationError("Your invitation is for another address, or its time is over.")
        return email


class SingleSignOnByInvitation(SingleSignOnAdapter):
    """The provider's people make an account by invitation like everybody: for its address, while it is open."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        if settings.OIDC_SIGN_UP or settings.SIGN_UP != "invited":
            return super().is_open_for_signup(request, sociallogin)
        token_hash = request.session.get(INVITED_BY, "")
        return may_sign_up(sociallogin.user.email or "", token_hash, now=timezone.now())
