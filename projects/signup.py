"""Who may make an account: where accounts are made by invitation only, whoever has an invitation's link."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from accounts.adapter import AccountAdapter
from projects.actions import hash_token
from projects.invitations import may_sign_up

INVITED_BY = "invitation"
"""In the browser's session: the hash of the token of the invitation that was opened last."""


def remember_invitation(request: HttpRequest, token: str) -> None:
    request.session[INVITED_BY] = hash_token(token)


class InvitationAdapter(AccountAdapter):
    """Opens sign-up for the invited address alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        is_invited = settings.SIGN_UP == "invited" and INVITED_BY in request.session
        return super().is_open_for_signup(request) or is_invited

    def clean_email(self, email: str) -> Any:
        email = super().clean_email(email)
        is_signing_up = self.request.resolver_match.url_name == "account_signup"
        if not is_signing_up or super().is_open_for_signup(self.request):
            return email
        if not may_sign_up(email, self.request.session.get(INVITED_BY, ""), now=timezone.now()):
            raise ValidationError("Your invitation is for another address, or its time is over.")
        return email
