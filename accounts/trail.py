"""What happened to an account: signing in, and what one signs in with. Who looked at a project is in its own trail."""

from datetime import timedelta
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth import signals as auth
from django.http import HttpRequest
from django.utils import timezone

from accounts.client_address import address_of
from accounts.models import AccountEvent, User

KEPT_FOR = timedelta(days=365)


def note(request: HttpRequest | None, user: User | None, verb: AccountEvent.Verb) -> None:
    """`user` is None for a try with an address that nobody has here. What is too old goes at the same time."""
    AccountEvent.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    AccountEvent.objects.create(user=user, verb=verb, address=address_of(request) if request else None)


def forget(user: User) -> None:
    """What happened stays, and nothing tells to whom. Before the account itself is deleted."""
    AccountEvent.objects.filter(user=user).update(user=None, address=None)


def follow_signals() -> None:
    """allauth and Django tell by signals; each becomes one line of the trail."""
    verbs = AccountEvent.Verb
    auth.user_login_failed.connect(on_failed_sign_in, dispatch_uid="trail")
    for signal, verb in [
        (auth.user_logged_in, verbs.SIGNED_IN),
        (auth.user_logged_out, verbs.SIGNED_OUT),
        (account.user_signed_up, verbs.SIGNED_UP),
        (account.password_set, verbs.PASSWORD_SET),
        (account.password_changed, verbs.PASSWORD_CHANGED),
        (account.password_reset, verbs.PASSWORD_RESET),
        (account.email_changed, verbs.EMAIL_CHANGED),
        (mfa.authenticator_added, verbs.FACTOR_ADDED),
        (mfa.authenticator_removed, verbs.FACTOR_REMOVED),
        (mfa.authenticator_reset, verbs.FACTOR_RESET),
        (mfa.authentication_failed, verbs.FACTOR_FAILED),
        (social.social_account_added, verbs.PROVIDER_ADDED),
        (social.social_account_removed, verbs.PROVIDER_REMOVED),
    ]:
        signal.connect(noting(verb), weak=False, dispatch_uid=f"trail {verb}")


def noting(verb: AccountEvent.Verb) -> Any:
    def on_signal(
        sender: Any, request: HttpRequest | None = None, user: User | None = None, **told: Any
    ) -> None:
        of = user or getattr(told.get("sociallogin") or told.get("socialaccount"), "user", None)
        if isinstance(of, User):
            note(request, of, verb)

    return on_signal


def on_failed_sign_in(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    email = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email__iexact=email).first()
    note(request, user, AccountEvent.Verb.SIGN_IN_FAILED)
