from django.apps import AppConfig
from django.core import checks


class AccountsConfig(AppConfig):
    """People and how they sign in."""

    name = "accounts"

    def ready(self) -> None:
        from accounts.open_sign_up import check_open_sign_up
        from accounts.trail import follow_signals

        follow_signals()
        checks.register(check_open_sign_up, checks.Tags.security)
