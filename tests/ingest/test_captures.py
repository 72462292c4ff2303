"""Everything that a real SDK sent is readable back through the API, in any order, repeated, and in company."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from observability.models import Session
from tests.captured import RUNS, CapturedRequest, captured
from tests.oracle import expected, told
from tests.sending import Agent

REDACTED = "python/1.8.9_redaction"
WHOLE = [run for run in RUNS if run != REDACTED]


def replay(agent: Agent, requests: list[CapturedRequest]) -> list[int]:
    return [send(agent, request) for request in requests]


def send(agent: Agent, request: CapturedRequest) -> int:
    kept = ("content-encoding", "user-agent")
    headers = {name: value for name, value in request.headers.items() if name.lower() in kept}
    # Without a User-Agent it is Node's recording upload, whose answer is held back; a test need not wait for it.
    headers.setdefault("User-Agent", "node")
    endpoint = "/observability/" + request.path.partition("/observability/")[2]
    response = agent.send(
        "", request.body, path=agent.base + endpoint, content_type=request.content_type, **headers
    )
    return response.status_code


def everything(client: Client, session: Session, kind: str) -> list[dict[str, Any]]:
    url: str | None = f"/api/v1/projects/acme/sessions/{session.public_id}/{kind}/?limit=100"
    found: list[dict[str, Any]] = []
    while url:
        page = client.get(url).json()
        found += page["results"]
        url = page["next"]
    return found


def received(client: Client, project: Any) -> Counter[str]:
    lines: Counter[str] = Counter()
    for session in Session.objects.for_project(project):
        lines.update(span_line(span) for span in everything(client, session, "spans"))
        lines.update(log_line(log) for log in everything(client, session, "logs"))
        lines.update(point_line(point) for point in everything(client, session, "metrics"))
    return lines


def pairs(record: dict[str, Any]) -> list[str]:
    repeated = [(key, value) for key, value in record.get("repeated", [])]
    return sorted(f"{key}={told(value)}" for key, value in [*record["attributes"].items(), *repeated])


def span_line(span: dict[str, Any]) -> str:
    events = [[e["name"], e["time_ns"], pairs(e)] for e in span["events"]]
    ids = [span["trace_id"], span["span_id"], span["parent_span_id"]]
    facts = [span["name"], span["start_ns"], span["end_ns"], events, span["status"]["message"]]
    return told(["traces", *ids, *facts, pairs(span)])


def log_line(log: dict[str, Any]) -> str:
    scope = log["scope"].get("name", "")
    return told(
        ["logs", log["time_ns"], log["body"], log["severity_text"], scope, log["span_id"], pairs(log)]
    )


def point_line(point: dict[str, Any]) -> str:
    value = float(point.get("sum", point.get("value", 0)))
    facts = [
        point["name"],
        point["start_ns"],
        point["time_ns"],
        value,
        point.get("count", 0),
        point.get("bucket_counts", []),
    ]
    return told(["metrics", *facts, pairs(point)])


def expected_of_sessions(run: str) -> Counter[str]:
    """Points of the agent's process between jobs name no job; the project keeps them, but no session shows them."""
    return Counter(
        line
        for line in expected(captured(run)).elements()
        if "job_id=" in line or not line.startswith('["metrics"')
    )


@pytest.mark.parametrize("run", WHOLE)
def test_capture_in_order_is_readable_back_whole(agent, project, owner_client, run):
    answers = replay(agent, captured(run))

    assert set(answers) == {200}
    assert received(owner_client, project) == expected_of_sessions(run)
    assert Session.objects.for_project(project).count() == 1


@pytest.mark.parametrize("run", WHOLE)
def test_capture_shuffled_and_duplicated_is_readable_back_once(agent, project, owner_client, run):
    requests = list(captured(run)) * 2
    random.Random(run).shuffle(requests)

    answers = replay(agent, requests)

    assert set(answers) == {200}
    assert received(owner_client, project) == expected_of_sessions(run)
    assert Session.objects.for_project(project).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", WHOLE)
def test_capture_on_eight_connections_at_once_is_readable_back_once(agent, project, owner_client, run):
    def send_and_hang_up(request: CapturedRequest) -> int:
        try:
            return send(agent, request)
        finally:
            connection.close()

    requests = list(captured(run))
    random.Random(run).shuffle(requests)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send_and_hang_up, requests))

    assert set(answers) == {200}
    assert received(owner_client, project) == expected_of_sessions(run)
    assert Session.objects.for_project(project).count() == 1


def test_chat_history_and_audio_of_a_capture_are_readable_back(agent, project, owner_client):
    replay(agent, captured("python/1.8.9_full"))

    session = Session.objects.for_project(project).get()
    base = f"/api/v1/projects/acme/sessions/{session.public_id}"
    items = owner_client.get(f"{base}/transcript/").json()["results"]
    audio = owner_client.get(f"{base}/audio/", headers={"Range": "bytes=0-3"})
    assert len(items) == 48
    assert (audio.status_code, b"".join(audio.streaming_content)) == (206, b"OggS")


def test_capture_that_asks_for_redaction_keeps_every_record_but_not_the_callers_number(
    agent, project, owner_client
):
    answers = replay(agent, captured(REDACTED))

    lines = received(owner_client, project)
    assert set(answers) == {200}
    assert sum(lines.values()) == sum(expected_of_sessions(REDACTED).values())
    assert "+41 44" in str(expected_of_sessions(REDACTED)) and "+41 44" not in str(lines)
    assert Session.objects.for_project(project).get().is_redacted
