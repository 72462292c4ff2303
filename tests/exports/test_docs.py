"""docs/downloads.md is complete."""

import re
from pathlib import Path

from observability.exports.notes import WHAT_IT_IS

PAGE = (Path(__file__).parents[2] / "docs" / "downloads.md").read_text()


def test_every_file_of_a_zip_is_explained():
    explained = set(re.findall(r"^\| `([a-z_0-9A-Z-]+\.[a-z]+)`", PAGE, re.MULTILINE))

    named = {"recording": "recording.ogg", "recording-rev": "recording-rev2.ogg"}
    assert explained == {named.get(kind, kind) for kind in WHAT_IT_IS}


def test_every_address_of_the_api_is_explained(client):
    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()

    addresses = {
        f"{method.upper()} {path}"
        for path, methods in schema["paths"].items()
        for method in methods
        if "/download" in path
    }
    assert set(re.findall(r"^\| `((?:GET|POST) [^`]+)`", PAGE, re.MULTILINE)) == addresses
