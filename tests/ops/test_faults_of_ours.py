"""What nobody foresaw is told to scripts in the API's own words, and to people by a page."""

from django.test import Client

from observability.api import doors
from projects.pages import home

SESSIONS = "/api/v1/projects/acme/sessions/"


def test_a_fault_of_ours_is_told_in_the_one_shape_of_the_api(project, read_token, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(doors, "project_of", broken)
    client = Client(raise_request_exception=False)

    answer = client.get(SESSIONS, headers={"Authorization": f"Bearer {read_token.secret}"})

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert answer.json()["error"]["code"] == "broken"


def test_a_fault_of_ours_on_a_page_is_told_by_a_page(owner, project, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(home, "projects_of", broken)
    client = Client(raise_request_exception=False)
    client.force_login(owner)

    answer = client.get("/")

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
