"""Reads a page as a person does: the words, without the markup."""

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from observability.models import Session

HTMX = {"HX-Request": "true"}


def words(response: HttpResponse) -> str:
    """Everything that can be read, in one line."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def open_page(client: Client, name: str, *args: object, **query: str) -> str:
    return words(client.get(reverse(name, args=args), query))


def session_args(session: Session) -> tuple[str, object]:
    return session.project.slug, session.public_id
