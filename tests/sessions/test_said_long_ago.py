"""What is in none of the newest sessions is looked up instead of read, and the same is found."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from observability.models import Recording, SaidLine, Session, SessionNames
from observability.queries import session_search
from observability.recordings.erase import erase_recordings
from observability.sessions.life import ask_for_summaries
from observability.sessions.summary import refresh_summary
from projects.models import Project
from tests.api.conftest import BASE, script
from tests.ingest.test_privacy_at_the_door import asking_for_redaction
from tests.people import SessionFactory
from tests.sending import spans
from tests.sessions.test_said import call

__all__ = ["call", "script"]

FIRST_HANGUL = 0xAC00
"""Nobody else has these letters in a name."""
FEW = 20


@pytest.fixture(autouse=True)
def few_are_looked_at_first(monkeypatch):
    """To make a thousand others takes a second."""
    monkeypatch.setattr(session_search, "LOOKED_AT_FIRST", FEW)


@pytest.fixture
def found(script, project):
    """Job ids, after as many newer sessions have come as are looked at first."""

    def later() -> Iterator[Session]:
        for number in range(session_search.LOOKED_AT_FIRST):
            yield Session(
                project=project,
                job_id=chr(FIRST_HANGUL + number),
                status="ended",
                has_news=False,
                expires_at=timezone.now() + timedelta(days=1),
            )

    def found(**asked: str) -> list[str]:
        if not Session.objects.filter(job_id=chr(FIRST_HANGUL)).exists():
            Session.objects.bulk_create(later())
        answer = script.client.get(BASE, asked, headers=script.headers)
        assert answer.status_code == 200
        return [row["job_id"] for row in answer.json()["results"]]

    return found


@pytest.mark.parametrize(
    "q",
    [
        *("refund", "REFU", "order refund", "Refund, please!", "4711", "r", "my p", "o my refund order"),
        *("straße", "STRASS", "über", "x@y.example", "你好", "世", "हिन्दी", "hello order hello"),
    ],
)
def test_a_line_is_found_by_the_beginnings_of_its_words(call, found, q):
    call("Please refund my order 4711, hello.", "Über die Straße, x@y.example", "你好，世界 हिन्दी में")

    assert found(q=q) == ["AJ_1"]
    assert found(search=q) == ["AJ_1"]


@pytest.mark.parametrize(
    "q", ["fund", "refunds", "refund hello", "refund my hello", "wörld", "%", "!?", "'", "*"]
)
def test_nothing_else_is_found(call, found, q):
    call("Please refund my order 4711.", "hello world")

    assert found(q=q) == []


def test_so_it_is_beyond_as_many_as_are_really_looked_at(call, found, monkeypatch):
    monkeypatch.undo()
    call("the blue door")

    assert found(q="blue") == found(text="AJ_1") == ["AJ_1"]
    assert Session.objects.count() == session_search.LOOKED_AT_FIRST + 1 > 10 * FEW


def test_words_of_a_long_call_are_found_in_one_line_alone(call, found):
    call(*(f"line{number} of the call, in which blue{number} was said" for number in range(200)))

    assert SaidLine.objects.count() < 20
    assert found(q="line150 blue150") == ["AJ_1"]
    assert found(q="call blue99 said") == ["AJ_1"]
    assert found(q="line150 blue151") == []


@pytest.mark.parametrize(
    "text",
    [
        *("clinic-call", "CLINIC", "nic-c", "l-0", "7", "AJ_named", "RM_77", "Front Desk", "t d", "anna"),
        *("Ünal", "退款", "款", "o'n", "\\%_", "%", "clinic-call-0317"),
    ],
)
def test_a_part_of_a_name_is_found_before_and_after_its_session_is_over(project, found, text):
    session = named_session(project)

    while_it_lives = found(text=text)
    end(session)

    assert SessionNames.objects.count() == 1
    assert while_it_lives == found(text=text) == found(search=text) == ["AJ_named"]


@pytest.mark.parametrize(
    "text", ["clinic-calls", "cilnic", "call-0317desk", "RM_78", "named\nclinic", "款退", "zz"]
)
def test_no_other_part_is_found(project, found, text):
    end(named_session(project))

    assert found(text=text) == []


def test_a_name_that_comes_late_is_found_at_once(project, found):
    session = named_session(project)
    end(session)

    Session.objects.filter(pk=session.pk).update(room_name="renamed", has_news=True, is_named=False)
    at_once = found(text="renamed"), found(text="clinic")
    refresh_summary(session.pk)

    assert at_once == (["AJ_named"], []) == (found(text="renamed"), found(text="clinic"))


def test_a_name_that_comes_late_is_found_while_its_summary_is_waited_for(call, agent, found):
    call("hello")
    agent.send("traces", spans("room_connect", room="RM_AJ_1", **{"lk.room_name": "renamed"}))
    ask_for_summaries()

    assert not Session.objects.get(job_id="AJ_1").has_news
    assert found(text="renamed") == ["AJ_1"]


def test_a_name_that_comes_when_a_lost_session_lives_again_is_found(agent, found):
    agent.send("traces", spans("llm_node"))
    Session.objects.update(status=Session.Status.LOST)
    refresh_summary(Session.objects.get().pk)
    agent.send("traces", spans("room_connect", first_id=2, **{"lk.room_name": "renamed"}))
    refresh_summary(Session.objects.get().pk)

    session = Session.objects.get()
    assert (session.status, session.has_news) == (Session.Status.LIVE, False)
    assert found(text="renamed") == ["AJ_1"]


def test_names_that_are_redacted_late_are_not_kept(agent, call, found):
    call("hello")
    agent.send("traces", asking_for_redaction(spans("user_turn", job="AJ_1", room="RM_AJ_1")))

    assert (SessionNames.objects.count(), Session.objects.get(job_id="AJ_1").is_named) == (0, False)
    assert found(text="RM_AJ") == ["AJ_1"]


def test_other_filters_hold_as_well(call, project, found):
    call("the blue door", job="AJ_blue")
    call("the blue door", job="AJ_agent")
    Session.objects.filter(job_id="AJ_agent").update(agent_name="painter")

    assert found(q="blue") == ["AJ_agent", "AJ_blue"]
    assert found(q="blue", agent="painter") == ["AJ_agent"]
    assert found(q="blue", text="AJ_bl") == ["AJ_blue"]
    assert found(q="blue", errors="yes") == []
    assert found(q="blue", sort="longest", text="AJ_") == ["AJ_agent", "AJ_blue"]


def test_pages_go_on_where_the_last_one_ended(call, script, found):
    for number in range(3):
        call("the blue door", job=f"AJ_{number}")
    found(q="blue")

    first = script.get(f"{BASE}?q=blue&limit=2").json()
    later = script.all_pages(first["next"])

    assert [row["job_id"] for row in first["results"]] == ["AJ_2", "AJ_1"]
    assert [row["job_id"] for page in later for row in page] == ["AJ_0"]


def test_the_project_beside_finds_nothing(call, found, other_project: Project, stranger_client):
    call("the blue door")
    found(q="blue")
    Session.objects.bulk_create(
        Session(
            project=other_project, job_id=f"THEIRS{number}", expires_at=timezone.now() + timedelta(days=1)
        )
        for number in range(FEW + 1)
    )

    for query in ("q=blue", "text=AJ_1", "search=blue"):
        assert stranger_client.get(f"/api/v1/projects/other/sessions/?{query}").json()["results"] == []


def test_audio_that_comes_late_or_is_erased_is_told_at_once(call, found):
    session = call("hello")
    without = found(audio="no", text="AJ_"), found(audio="yes", text="AJ_")

    recording = Recording.objects.create(
        session=session, revision=1, sha256="a", size_bytes=1, name="x", place="storage"
    )
    Session.objects.filter(pk=session.pk).update(has_news=True)
    late = found(audio="no", text="AJ_"), found(audio="yes", text="AJ_")
    refresh_summary(session.pk)
    kept = found(audio="no", text="AJ_"), found(audio="yes", text="AJ_")
    erase_recordings(session.pk)

    assert not Recording.objects.filter(pk=recording.pk).exists()
    assert (without, late, kept) == ((["AJ_1"], []), ([], ["AJ_1"]), ([], ["AJ_1"]))
    assert (found(audio="no", text="AJ_"), found(audio="yes", text="AJ_")) == (["AJ_1"], [])


def named_session(project: Project) -> Session:
    return SessionFactory(
        project=project,
        job_id="AJ_named",
        room_id="RM_77",
        room_name="clinic-call-0317",
        agent_name="Front Desk o'n \\%_",
        participant="anna Ünal 退款",
    )


def end(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(status="ended")
    refresh_summary(session.pk)
