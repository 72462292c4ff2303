"""Sources keep plain relative imports; the page leads them to the hashed files, and has all of them fetched at once."""

import json
import re

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
from django.urls import reverse

HASHED = {
    "js/page.js": "js/page.1a.js",
    "js/live/live-feed.js": "js/live/live-feed.2b.js",
    "js/theme-first.js": "js/theme-first.3c.js",
    "css/playhead.css": "css/playhead.4d.css",
}


def test_modules_are_mapped_to_their_hashed_files_and_fetched_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staticfiles_storage, "hashed_files", HASHED, raising=False)

    html = client.get(reverse("account_login"), follow=True).content.decode()

    found = re.search(r'<script type="importmap" nonce="[^"]+">(.*?)</script>', html)
    assert found and json.loads(found[1]) == {
        "imports": {
            "/static/js/page.js": "/static/js/page.1a.js",
            "/static/js/live/live-feed.js": "/static/js/live/live-feed.2b.js",
        }
    }
    assert re.findall('<link rel="modulepreload" href="([^"]+)">', html) == [
        "/static/js/page.1a.js",
        "/static/js/live/live-feed.2b.js",
    ]
