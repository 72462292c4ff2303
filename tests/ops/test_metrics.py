"""`/metrics` tells monitoring how the server does, and nobody anything of a tenant."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from observability.jobs import submit
from tests.sending import agent, spans

__all__ = ["agent"]

pytestmark = pytest.mark.django_db
SENT = {"Authorization": "Bearer a-token-for-monitoring"}


@pytest.fixture(autouse=True)
def token(settings):
    settings.METRICS_TOKEN = "a-token-for-monitoring"


def figures(client) -> dict[tuple[str, ...], float]:
    """By name and the values of the labels, in the order of the labels' names."""
    text = client.get("/metrics", headers=SENT).content.decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_are_not_there_without_a_token_in_the_settings(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers=SENT).status_code == 404


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer another"}, {"Authorization": "Basic a-token-for-monitoring"}]
)
def test_metrics_are_for_whoever_sends_the_token(client, headers):
    assert client.get("/metrics", headers=headers).status_code == 401


def test_uploads_are_counted_by_signal_and_by_what_became_of_them(client, agent):
    before = figures(client)

    agent.send("traces", spans("llm_node"))
    agent.send("traces", b"\xff")
    agent.send("logs", b"", bearer="nonsense")
    after = figures(client)

    grown = {
        labels: after[labels] - before.get(labels, 0)
        for labels in after
        if labels[0] == "playhead_uploads_total" and after[labels] != before.get(labels, 0)
    }
    assert grown == {
        ("playhead_uploads_total", "accepted", "traces"): 1,
        ("playhead_uploads_total", "malformed", "traces"): 1,
        ("playhead_uploads_total", "bad-token", "logs"): 1,
    }
    assert (
        after["playhead_upload_seconds_count", "traces"]
        - before.get(("playhead_upload_seconds_count", "traces"), 0)
        == 2
    )


def test_question_for_admission_is_no_upload(client, agent):
    before = figures(client)

    agent.client.get("/admission/p/acme/v1/traces", headers={"Authorization": "Bearer nonsense"})

    assert {
        name: value for name, value in figures(client).items() if name[0] == "playhead_uploads_total"
    } == {name: value for name, value in before.items() if name[0] == "playhead_uploads_total"}


def test_waiting_work_and_sessions_are_told_also_where_there_are_none(client, session):
    submit("seal-session", session.pk)

    told = figures(client)

    assert told["playhead_jobs_waiting", "seal-session"] == 1
    assert told["playhead_jobs_waiting", "build-export"] == 0
    assert told["playhead_sessions", "live"] + told["playhead_sessions", "ended"] == 1
    assert told["playhead_database_up",] == 1


def test_answers_of_pages_are_timed_by_route_and_no_label_names_a_tenant(
    owner_client, client, project, session
):
    owner_client.get(f"/projects/{project.slug}/sessions/{session.public_id}/")

    text = client.get("/metrics", headers=SENT).content.decode()

    assert re.search(
        r'playhead_response_seconds_count\{route="[a-z:]*session-show",status="2xx"\} [1-9]', text
    )
    assert project.slug not in text
    assert str(session.public_id) not in text
