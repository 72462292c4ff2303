"""What Connect can show: refusals are noted for the project that they were meant for, however it was addressed."""

import pytest
from django.test import Client

from observability.models import Refusal
from projects.actions import register_api_key
from tests.people import API_KEY, API_SECRET
from tests.sending import Agent, spans, token

BATCH = spans("llm_node")
OTHER_SECRET = "another-secret-of-thirty-two-bytes"


@pytest.fixture
def bare(agent):
    """An agent whose address names no project."""
    return Agent(base="")


def noted():
    return list(Refusal.objects.values_list("project__slug", "reason", "signal", "key"))


def test_refusal_at_the_bare_address_is_noted_for_the_only_project_with_the_key(bare):
    bare.send("traces", BATCH, bearer=token(secret=OTHER_SECRET))

    assert noted() == [("acme", "wrong-secret", "traces", API_KEY)]


def test_refusal_at_the_bare_address_is_nobodys_if_two_projects_have_the_key(bare, other_project, stranger):
    register_api_key(other_project, API_KEY, OTHER_SECRET, by=stranger)

    bare.send("traces", BATCH, bearer=token(secret="a-third-secret-that-neither-one-has"))

    assert noted() == []


@pytest.mark.parametrize(
    ("bearer", "reason"),
    [(token(exp=1_700_000_000), "expired-token"), (token(observability=None), "missing-grant")],
)
def test_refusal_at_the_bare_address_is_theirs_whose_secret_signed(
    bare, other_project, stranger, bearer, reason
):
    register_api_key(other_project, API_KEY, OTHER_SECRET, by=stranger)

    bare.send("traces", BATCH, bearer=bearer)

    assert noted() == [("acme", reason, "traces", API_KEY)]


def test_pair_of_two_projects_is_noted_for_both(bare, other_project, stranger):
    register_api_key(other_project, API_KEY, API_SECRET, by=stranger)

    bare.send("traces", BATCH)

    assert sorted(noted()) == [
        ("acme", "ambiguous-key", "traces", API_KEY),
        (other_project.slug, "ambiguous-key", "traces", API_KEY),
    ]


@pytest.mark.parametrize("bearer", ["not a token", token(key="APInobody")], ids=["no token", "unknown key"])
def test_refusal_at_the_bare_address_that_names_no_key_of_ours_is_nobodys(bare, bearer):
    assert bare.send("traces", BATCH, bearer=bearer).status_code == 401
    assert noted() == []


@pytest.mark.parametrize(
    "path",
    [
        "/p/acme",
        "/p/acme/",
        "/p/acme/traces",
        "/p/acme/observability",
        "//p/acme//observability/traces/otlp/v1",
        "/p/acme/observability/spans/otlp/v0",
    ],
)
def test_wrong_address_below_a_project_is_noted_for_it(agent, path):
    assert agent.send("traces", BATCH, path=path).status_code == 404
    assert noted() == [("acme", "no-such-endpoint", "", API_KEY)]


def test_wrong_address_without_a_token_is_noted_without_a_key(agent):
    Client().post("/p/acme/v2/traces", BATCH, content_type="application/x-protobuf")

    assert noted() == [("acme", "no-such-endpoint", "", "")]


@pytest.mark.parametrize("path", ["/p/acme/", "/p/acme/v2/traces", "/p/acme/observability/traces/otlp/v0"])
def test_whoever_opens_an_address_in_a_browser_is_no_agent_that_was_refused(project, path):
    assert Client().get(path).status_code in (404, 401)
    assert noted() == []


@pytest.mark.parametrize("path", ["/p/nowhere/traces", "/p/", "/p/\x00/traces", "/p/Acme/traces"])
def test_wrong_address_of_no_project_is_nobodys(agent, path):
    assert agent.send("traces", BATCH, path=path, bearer="not a token").status_code == 404
    assert noted() == []


def test_wrong_address_without_a_project_is_noted_by_the_key(bare):
    bare.send("traces", BATCH, path="/observability/v1/traces")

    assert noted() == [("acme", "no-such-endpoint", "", API_KEY)]
