"""The page that describes the API, under the same strict policy as every other page."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.api.conftest import address


def test_schema_describes_every_address_of_the_api(client):
    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()

    things = [
        "",
        "audio/",
        "chat-items/",
        "download/",
        "download/{export}/",
        "download/{export}/file/",
        "logs/",
        "metrics/",
        "peaks/",
        "spans/",
        "timeline/",
        "transcript/",
    ]
    sessions = "/api/v1/projects/{project}/sessions/"
    assert sorted(schema["paths"]) == sorted(
        [
            *[
                f"/api/v1/projects/{{project}}/downloads/{thing}"
                for thing in ("", "{export}/", "{export}/file/")
            ],
            "/api/v1/projects/{project}/insights/",
            *["/api/v1/projects/", "/api/v1/projects/{project}/"],
            *[
                f"/api/v1/projects/{{project}}/{thing}/"
                for thing in ("access-tokens", "api-keys", "audit-trail", "imports", "invitations")
            ],
            *[f"/api/v1/projects/{{project}}/{thing}/" for thing in ("members", "privacy", "usage", "views")],
            sessions,
            *[f"{sessions}{{session}}/{thing}" for thing in things],
        ]
    )
    assert sorted(schema["components"]["securitySchemes"]) == ["accessToken", "cookieAuth"]
    imports = schema["paths"]["/api/v1/projects/{project}/imports/"]["post"]
    assert imports["security"] == [{"accessToken": []}, {"cookieAuth": []}]


def test_a_session_has_exactly_the_fields_that_the_schema_describes(client, talk, script):
    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    described = schema["components"]["schemas"]

    fields = script.get(address(talk)).json()

    assert fields.keys() == described["SessionFields"]["properties"].keys()
    assert fields["counts"].keys() == described["Counts"]["properties"].keys()


def test_schema_is_valid_and_leaves_no_doubt(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


def test_page_has_no_script_and_no_style_in_it(client):
    page = client.get("/api/docs/").content.decode()

    assert "<style" not in page
    assert page.count("<script src=") == page.count("<script") == 5


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_page_works_in_a_browser_without_a_complaint(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/api/docs/")
    page.get_by_text("Spans with all of their attributes").click()
    page.get_by_text("parent_span_id").first.wait_for()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_page_is_dark_where_the_portal_is(page: Page, live_server: LiveServer) -> None:
    root = page.locator("html")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}/api/docs/")
    expect(root).to_have_class("dark-mode")

    page.evaluate("localStorage.setItem('theme', 'light')")
    page.reload()

    expect(root).not_to_have_class("dark-mode")
