"""What is shown once: a form makes it, and the page that the form leads to shows it and forgets it.

So reloading that page makes nothing anew. In between it lies in the reader's session, encrypted as every secret that is
kept, and never in an address.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from projects.models import Project
from projects.secrets import UnreadableSecret, decrypt, encrypt

KEPT_AS = "shown_once"
MAX_AGE_S = 300
"""Whoever never arrives at the page, because the browser was closed, leaves nothing for another day."""


def show_once(request: HttpRequest, project: Project, name: str, told: Mapping[str, str]) -> None:
    """Have the project's next page that asks for it show this under `name`."""
    kept = {"project": project.pk, "until": time.time() + MAX_AGE_S, "name": name, "told": dict(told)}
    request.session[KEPT_AS] = encrypt(json.dumps(kept))


def shown_now(request: HttpRequest, project: Project, *names: str) -> dict[str, Any]:
    """By its name what this answer is to show, and no later one will; empty if there is nothing for this page.

    `names` are those that the page shows: another page, open beside it, must not take the secret and show nothing.
    """
    if request.method != "GET" or KEPT_AS not in request.session:
        return {}
    kept = opened(request.session[KEPT_AS])
    if kept and (kept["project"] != project.pk or kept["name"] not in names):
        return {}
    del request.session[KEPT_AS]
    return {kept["name"]: kept["told"]} if time.time() < kept.get("until", 0) else {}


def opened(sealed: str) -> dict[str, Any]:
    """Empty if SECRETS_KEY was changed meanwhile."""
    try:
        kept: dict[str, Any] = json.loads(decrypt(sealed))
    except UnreadableSecret:
        return {}
    return kept
