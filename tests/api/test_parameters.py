"""What stands in an address and means nothing to it is refused: a misspelt filter would answer another question."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import resolve

from observability.api.parameters import OF_EVERY_LIST
from observability.models import Session
from projects.models import Project
from tests.api.conftest import BASE, Script, address

PROJECT = "/api/v1/projects/acme/"


def test_a_name_that_an_address_does_not_know_is_refused_with_those_that_it_takes(
    project: Project, script: Script, talk: Session
) -> None:
    answer = script.get(f"{address(talk, 'logs')}?levl=error")

    assert answer.status_code == 400
    assert answer.json() == {
        "error": {
            "code": "invalid",
            "message": "levl: no parameter of this address, which takes level, span_id, text, trace_id.",
        }
    }


@pytest.mark.parametrize(
    "path", ["sessions/?agnet=front-desk", "insights/?errors=yes", "views/?name=Slow", "?name=Acme"]
)
def test_so_it_is_everywhere(project: Project, script: Script, path: str) -> None:
    answer = script.get(PROJECT + path)

    name = path.partition("?")[2].partition("=")[0]
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    assert answer.json()["error"]["message"].startswith(f"{name}: ")


def test_long_names_and_many_are_not_told_whole(project: Project, script: Script) -> None:
    names = [f"{number:02}{'x' * 1_000}" for number in range(100)]

    message = script.get(f"{PROJECT}?{'=1&'.join(names)}=1").json()["error"]["message"]

    assert message.startswith(f"00{'x' * 38}…, 01{'x' * 38}…, ")
    assert len(message) < 400


@pytest.mark.parametrize("path", ["sessions/", "views/", "insights/", ""])
def test_all_are_read_alike(project: Project, script: Script, path: str) -> None:
    assert script.get(f"{PROJECT}{path}?limit=10&format=json").status_code == 200
    assert (
        script.get(f"{PROJECT}{path}?format=csv").json()["error"]["message"] == "format is json, or left out."
    )


def test_a_stranger_is_not_told_more_than_before(project: Project, stranger_client: Client) -> None:
    for path in (f"{BASE}?agnet=x", f"{PROJECT}nothing/here/?agnet=x"):
        assert stranger_client.get(path).status_code == 404


def test_every_address_takes_what_its_documentation_names(client: Client, db: None) -> None:
    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()

    for path, operations in schema["paths"].items():
        if "get" in operations:
            named = {
                each["name"] for each in operations["get"].get("parameters", ()) if each["in"] == "query"
            }
            view = resolve(re.sub(r"{(session|export)}", str(uuid4()), path).format(project="acme")).func
            assert set(view.view_class.takes) - OF_EVERY_LIST == named - OF_EVERY_LIST, path
