"""The mail server, from one variable, and whether there is one."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
CONSOLE = "django.core.mail.backends.console.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    user: str
    password: str
    starts_tls: bool
    is_tls: bool


def mail_server(url: str) -> MailServer:
    """Read `smtp+tls://user:password@host:587`. Raises ImproperlyConfigured for what is no such address."""
    if not url:
        return MailServer("localhost", 25, "", "", starts_tls=False, is_tls=False)
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise ImproperlyConfigured(_complaint()) from None
    if not parts.hostname:
        raise ImproperlyConfigured(_complaint())
    return MailServer(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starts_tls=parts.scheme == "smtp+tls",
        is_tls=parts.scheme == "smtps",
    )


def _complaint() -> str:
    """Without the value, which holds a password."""
    return f"EMAIL_URL must begin with one of {', '.join(PORTS)} and name a host: smtp+tls://user:password@host:587."
