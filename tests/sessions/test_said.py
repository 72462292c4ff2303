"""Sessions are found by what was said in them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from observability.models import SaidLine, Session, TurnFact
from observability.sessions.summary import refresh_summary
from projects.models import PrivacySwitches
from tests.api.conftest import BASE, script
from tests.ingest.test_privacy_at_the_door import NUMBER, asking_for_redaction
from tests.people import SessionFactory
from tests.recordings.uploads import CONTENT_TYPE, chat_part, form_of, header_part
from tests.retention.erasing import expire
from tests.sending import spans

__all__ = ["script"]


@pytest.fixture
def call(agent):
    """A session in which these lines were said, one after the other, and which is over."""

    def call(*lines: str, job: str = "AJ_1") -> Session:
        form = form_of(header_part(job_id=job, room_id=f"RM_{job}"), chat_part(*lines))
        agent.send("recordings", form, content_type=CONTENT_TYPE, path="/p/acme/observability/recordings/v0")
        session = Session.objects.get(job_id=job)
        refresh_summary(session.pk)
        return Session.objects.get(pk=session.pk)

    return call


@pytest.fixture
def found(script):
    def found(q: str) -> list[str]:
        answer = script.client.get(BASE, {"q": q}, headers=script.headers)
        assert answer.status_code == 200
        return sorted(row["job_id"] for row in answer.json()["results"])

    return found


@pytest.mark.parametrize(
    ("wanted", "jobs"),
    [
        (["front"], ["AJ_1", "AJ_2"]),
        (["desk", "fro"], ["AJ_1"]),
        (["desk", "the", "front"], ["AJ_1"]),
        (["desk", "order"], []),
        (["x"], []),
    ],
)
def test_words_stand_in_one_line_however_they_are_sought(call, wanted, jobs):
    call("this is the front desk", "my order is a 177", job="AJ_1")
    call("desk", "front", job="AJ_2")

    for how in ("hold_all", "hold_together"):
        holding = SaidLine.objects.filter(**{f"words__{how}": wanted})
        assert sorted(holding.values_list("session__job_id", flat=True)) == jobs


@pytest.mark.parametrize(
    "q",
    [
        *("refund", "REFUND", "refu", "order refund", "Refund, please!", "4711"),
        *("straße", "STRASSE", "strass", "über", "ÜBER", "你好", "世界", "हिन्दी", "x@y.example"),
    ],
)
def test_a_line_is_found_by_the_beginnings_of_its_words_in_any_order_and_case(call, found, q):
    call("Please refund my order 4711.", "Über die Straße, x@y.example", "你好，世界 हिन्दी में")

    assert found(q) == ["AJ_1"]


@pytest.mark.parametrize(
    "q",
    ["fund", "refund hello", "refunds", "wörld", "%", "_", "!?", "' OR 1=1", "*", "'", "world:*A & hello"],
)
def test_nothing_else_is_found(call, found, q):
    call("Please refund my order 4711.", "hello world")

    assert found(q) == []


def test_an_empty_question_asks_for_nothing(call, found):
    call("hello")

    assert found("") == ["AJ_1"]


def test_each_finds_its_own_among_many(call, found):
    call("the blue door", job="AJ_blue")
    call("the red door", job="AJ_red")

    assert (found("door"), found("blue door"), found("red")) == (
        ["AJ_blue", "AJ_red"],
        ["AJ_blue"],
        ["AJ_red"],
    )


def test_what_the_agent_was_told_to_do_is_not_what_was_said(front_desk, found):
    assert found("breakfast restaurant floor") == [front_desk.job_id]
    assert found("never invent prices") == []


def test_a_line_of_any_length_is_found_to_its_end(call, found):
    call(" ".join(f"word{number}" for number in range(30_000)) + " " + "x" * 5_000)

    assert found("word29999") == ["AJ_1"]
    assert found("x" * 5_000) == ["AJ_1"]


def test_every_word_of_a_long_question_counts(call, found):
    said = " ".join(f"word{number:02}" for number in range(64))
    call(said, job="AJ_all")
    call(said.replace("word63", ""), job="AJ_but_one")

    assert found(said) == ["AJ_all"]
    assert found("word00 " * 20 + "word63") == ["AJ_all"]


def test_a_question_of_more_words_than_are_looked_for_is_refused(call, script):
    call("word0")
    words = " ".join(f"word{number}" for number in range(65))

    answer = script.client.get(BASE, {"q": words}, headers=script.headers)

    assert (answer.status_code, answer.json()["error"]["message"]) == (
        400,
        f"q is at most 64 different words, not “{words[:40]}…”.",
    )


def test_the_project_beside_finds_nothing(call, stranger_client, other_project, teammate_client):
    call("the blue door")

    theirs = stranger_client.get("/api/v1/projects/other/sessions/", {"q": "blue"}).json()
    ours = teammate_client.get(BASE, {"q": "blue"}).json()

    assert (len(theirs["results"]), len(ours["results"])) == (0, 1)
    assert stranger_client.get(BASE, {"q": "blue"}).status_code == 404


def test_expired_sessions_and_lines_are_not_found_though_they_are_still_here(call, found):
    expire(call("the blue door", job="AJ_session"))
    call("the blue door", job="AJ_line")
    SaidLine.objects.filter(session__job_id="AJ_line").update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )

    assert SaidLine.objects.count() == 2
    assert found("blue") == []


def test_with_transcripts_switched_off_there_is_nothing_to_find(agent, project, call, replay):
    PrivacySwitches.objects.filter(project=project).update(transcripts=False)

    blue = call("the blue door")
    project.refresh_from_db()
    session = replay("python/1.8.9_full")

    assert blue.switched_off == session.switched_off == ["transcript"]
    assert TurnFact.objects.exists()
    assert not SaidLine.objects.exists()


def test_redacted_words_are_not_found(project, call, found):
    PrivacySwitches.objects.filter(project=project).update(redaction=True)

    call(f"Call me at {NUMBER}.")

    assert found("call me") == ["AJ_1"]
    assert found(NUMBER) == []


def test_words_that_are_redacted_late_are_not_found_from_that_moment_on(agent, call, found):
    session = call(f"Call me at {NUMBER}.")
    before = found(NUMBER)

    agent.send("traces", asking_for_redaction(spans("user_turn", job="AJ_1", room="RM_AJ_1")))
    at_once = found(NUMBER)
    Session.objects.update(status=Session.Status.ENDED)
    refresh_summary(session.pk)

    assert (before, at_once, found(NUMBER), found("call")) == (["AJ_1"], [], [], ["AJ_1"])


def test_the_page_finds_by_names_and_by_what_was_said(call, owner_client, project):
    call("the blue door", job="AJ_blue")
    SessionFactory(project=project, room_name="blue-room", job_id="AJ_named")
    SessionFactory(project=project, room_name="elsewhere", job_id="AJ_other")

    page = owner_client.get(reverse("observability:session-list", args=["acme"]), {"text": "blue"})

    rows = [str(row.public_id) for group in page.context["groups"] for row in group.rows]
    wanted = Session.objects.filter(job_id__in=["AJ_blue", "AJ_named"]).values_list("public_id", flat=True)
    assert sorted(rows) == sorted(map(str, wanted))


def test_a_search_costs_as_many_queries_whatever_it_finds(call, script):
    def queries(q: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert script.client.get(BASE, {"q": q}, headers=script.headers).status_code == 200
        return len(captured)

    call("the blue door", job="AJ_1")
    queries("blue")
    with_one = queries("blue")
    for number in range(2, 5):
        call("the blue door", "and again the blue door", job=f"AJ_{number}")

    assert queries("blue") == queries("blue door again and the") == with_one
