"""The same figures for scripts."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from observability.models import Session
from projects.models import Project
from tests.api.conftest import BASE, Script
from tests.insights.conftest import counted
from tests.insights.test_page import context_of

INSIGHTS = "/api/v1/projects/acme/insights/"


def test_the_api_tells_the_figures_of_the_page(
    real: list[Session], owner_client: Client, script: Script
) -> None:
    shown = context_of(owner_client)["insights"]

    told = script.get(INSIGHTS).json()

    assert told["total"]["sessions"] == shown.total.counts.sessions == len(real)
    assert told["total"]["latency"]["e2e"]["p95_ms"] == shown.total.latency["e2e_ms"].p95_ms
    assert told["before"]["latency"]["e2e"]["p50_ms"] is None
    assert [each["name"] for each in told["tools"]] == [each.name for each in shown.tools]
    assert [each["model"] for each in told["models"]] == [each.model for each in shown.models]
    assert [each["turn"] for each in told["slowest_turns"]] == [each.turn for each in shown.slowest_turns]
    assert (told["live"], told["waiting"]) == (shown.live, shown.waiting)


def test_the_answer_is_as_the_schema_says(real: list[Session], script: Script, client: Client) -> None:
    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    shapes = schema["components"]["schemas"]

    def fields(name: str) -> set[str]:
        return set(shapes[name]["properties"])

    told = script.get(INSIGHTS).json()

    assert set(told) == fields("Insights")
    assert set(told["total"]) == fields("InsightsTotal")
    assert set(told["total"]["latency"]) == fields("LatencyByPart")
    assert set(told["columns"][0]) == fields("InsightsColumn")
    for name, shape in {
        "versions": "InsightsVersion",
        "tools": "InsightsTool",
        "models": "InsightsModel",
        "errors": "InsightsError",
        "verdicts": "InsightsVerdict",
        "slowest_turns": "SlowTurn",
        "worst_sessions": "WorstSession",
    }.items():
        assert set(told[name][0]) == fields(shape), name


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("within=8d", "within is one of 1h, 24h, 7d, 30d, not “8d”."),
        ("simulated=maybe", "simulated is one of yes, any, not “maybe”."),
        ("time_zone=../../etc/passwd", "time_zone is a name such as Europe/Berlin, not “../../etc/passwd”."),
        ("time_zone=Atlantis", "time_zone is a name such as Europe/Berlin, not “Atlantis”."),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence(
    project: Project, script: Script, query: str, sentence: str
) -> None:
    answer = script.get(f"{INSIGHTS}?{query}")

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, sentence)


def test_columns_are_those_of_the_zone_that_is_asked_for(project: Project, script: Script) -> None:
    counted(project)

    told = script.get(f"{INSIGHTS}?time_zone=Asia/Kolkata").json()

    assert {each["from"][11:16] for each in told["columns"][1:]} == {"18:30"}


@pytest.mark.parametrize(
    "query", ["to=0001-01-02", "from=0001-01-01&to=0002-03-01", "to=0001-01-02&time_zone=America/Lima"]
)
def test_a_range_at_the_beginning_of_the_calendar_is_empty(
    project: Project, script: Script, query: str
) -> None:
    told = script.get(f"{INSIGHTS}?{query}").json()

    assert told["total"]["sessions"] == 0


def test_days_are_those_that_the_list_of_sessions_has_in_the_same_zone(
    project: Project, script: Script
) -> None:
    late = counted(project)
    Session.objects.filter(pk=late.pk).update(first_received_at=datetime(2026, 11, 21, 2, tzinfo=UTC))
    day = "from=2026-11-20&to=2026-11-20&counted=yes"

    for zone, expected in (("", 0), ("UTC", 0), ("America/New_York", 1)):
        query = f"{day}&time_zone={zone}"
        assert (
            script.get(f"{INSIGHTS}?{query.replace('&counted=yes', '')}").json()["total"]["sessions"]
            == expected
        )
        assert len(script.get(f"{BASE}?{query}").json()["results"]) == expected


def test_the_list_refuses_a_zone_that_there_is_not(project: Project, script: Script) -> None:
    answer = script.get(f"{BASE}?time_zone=Atlantis")

    assert (answer.status_code, answer.json()["error"]["message"]) == (
        400,
        "time_zone is a name such as Europe/Berlin, not “Atlantis”.",
    )
