"""Told by `manage.py check`."""

from typing import Any

from django.conf import settings
from django.core import checks


def check_open_sign_up(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    if settings.SIGN_UP != "open" or settings.SENDS_EMAIL:
        return []
    return [
        checks.Warning(
            "SIGN_UP is open and there is no mail server: whoever comes first can claim any address.",
            hint="Set EMAIL_URL, so that addresses are proved, or SIGN_UP to invited.",
            id="accounts.W001",
        )
    ]
