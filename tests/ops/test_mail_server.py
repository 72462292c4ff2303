"""EMAIL_URL says all there is to say of a mail server."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.mail import MailServer, mail_server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp+tls://me%40acme.example:p%3Ass@mail.acme.example",
            MailServer("mail.acme.example", 587, "me@acme.example", "p:ss", starts_tls=True, is_tls=False),
        ),
        ("smtps://mail:466", MailServer("mail", 466, "", "", starts_tls=False, is_tls=True)),
        ("smtp://localhost", MailServer("localhost", 25, "", "", starts_tls=False, is_tls=False)),
    ],
)
def test_an_address_is_read(url: str, server: MailServer) -> None:
    assert mail_server(url) == server


@pytest.mark.parametrize("url", ["mail.acme.example", "imap://mail", "smtp://", "smtp://mail:many"])
def test_what_is_no_address_stops_the_start_and_shows_no_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must begin with one of smtp") as refused:
        mail_server(url)

    assert url not in str(refused.value)
