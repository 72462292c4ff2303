import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from observability.ingest.telemetry import accept_telemetry
from observability.models import Session
from observability.queries.records import timeline_of
from projects.models import Project
from tests.captured import captured_exports
from tests.pages.conftest import Replay
from tests.pages.lasting_desk import desk, front_desk, lasting_acme, owner, project, teammate
from tests.pages.reading import open_page, session_args

__all__ = ["desk", "front_desk", "lasting_acme", "owner", "project", "teammate"]

TURN = "observability:turn-show"


def html_of(client: Client, session: Session, index: int) -> str:
    return client.get(reverse(TURN, args=[*session_args(session), index])).content.decode()


def test_a_turn_tells_how_long_its_answer_took_and_where_the_time_went(
    owner_client: Client, front_desk: Session
) -> None:
    page = open_page(owner_client, TURN, *session_args(front_desk), 5)

    for told in [
        "Turn 5 answered receptionist",
        "Answer after 1.36 s",
        "Unexplained 233 ms",
        "Confidence 0.94",
        "target 1.20 s",
        "Transcription 261 ms 19 %",
        "End of turn 221 ms",
        "LLM first token 287 ms",
        "TTS first byte 249 ms",
        "Why it took so long: book_table failed, the model was asked twice.",
    ]:
        assert told in page


def test_a_turn_tells_what_was_said_and_which_tools_were_called(
    owner_client: Client, front_desk: Session
) -> None:
    page = open_page(owner_client, TURN, *session_args(front_desk), 5)

    assert "user Please book a table for four people tonight." in page
    assert "receptionist I am sorry, the booking system is not available right now." in page
    assert re.search(r"Failed: book_table ?\(guests: 4\) 108 ms An internal error occurred", page)


def test_each_wait_for_the_end_of_a_turn_stands_against_its_threshold_and_leads_to_its_span(
    owner_client: Client, front_desk: Session
) -> None:
    page = open_page(owner_client, TURN, *session_args(front_desk), 11)
    names = re.findall(r'data-select="span-([0-9a-f]+)-([0-9a-f]+)"', html_of(owner_client, front_desk, 11))

    assert "0.05 of 0.15 2.50 s user went on" in page
    assert "0.87 of 0.15 400 ms turn ended" in page
    spans = {(span.trace_id, span.span_id): span.name for span in timeline_of(front_desk).spans}
    assert [spans[name] for name in names] == ["eou_wait", "eou_wait"]


def test_an_answer_that_was_thrown_away_is_told(owner_client: Client, front_desk: Session) -> None:
    assert "An answer was prepared before the turn had ended, and thrown away." in open_page(
        owner_client, TURN, *session_args(front_desk), 11
    )


def test_an_answer_that_was_cut_off_tells_how_much_of_it_was_heard(
    owner_client: Client, front_desk: Session
) -> None:
    page = open_page(owner_client, TURN, *session_args(front_desk), 3)

    assert "Turn 3 cut off receptionist" in page
    assert re.search(r"The answer was cut off after \d+\.\d+ s\.", page)


def test_a_turn_without_an_answer_says_why(owner_client: Client, front_desk: Session) -> None:
    page = open_page(owner_client, TURN, *session_args(front_desk), 9)

    assert "Turn 9 failed" in page
    assert "content policy" in page
    assert "Answer after no answer" in page


def test_the_tree_can_be_narrowed_to_the_spans_of_a_turn(owner_client: Client, front_desk: Session) -> None:
    count = sum(span.turn == 5 for span in timeline_of(front_desk).spans)

    html = html_of(owner_client, front_desk, 5)

    assert 'data-filter-turn="5"' in html
    assert f"Show its {count} spans alone" in html


@pytest.mark.parametrize("run", ["python/1.5.1", "python/1.8.9_second_session", "node/1.9.0_full"])
def test_every_turn_opens(owner_client: Client, replay: Replay, run: str) -> None:
    session = replay(run)
    turns = timeline_of(session).turns

    statuses = {
        owner_client.get(reverse(TURN, args=[*session_args(session), turn.index])).status_code
        for turn in turns
    }

    assert turns
    assert statuses == {200}


def test_the_last_turn_of_a_running_session_may_grow(owner_client: Client, replay: Replay) -> None:
    session = replay("node/1.9.0_full", requests=24)
    last = timeline_of(session).turns[-1].index

    assert "data-growing" in html_of(owner_client, session, last)
    assert "data-growing" not in html_of(owner_client, replay("node/1.9.0_full"), last)


def test_a_turn_that_is_not_of_the_session_is_not_found(owner_client: Client, front_desk: Session) -> None:
    for index in (0, 99):
        address = reverse(TURN, args=[*session_args(front_desk), index])
        assert owner_client.get(address).status_code == 404


def test_words_that_look_like_html_are_shown_as_words(owner_client: Client, project: Project) -> None:
    said, called = b"Please book a table for four people tonight.", b"book_table"
    for request in captured_exports("python/1.8.9_full"):
        body = request.inflated.replace(said, b"<script>alert('turn')</script><svg onload=x>").replace(
            called, b"<b>book</b"
        )
        accept_telemetry(project, request.signal, body, request.content_type, now=timezone.now())

    html = html_of(owner_client, Session.objects.get(project=project), 5)

    assert "&lt;script&gt;alert(&#x27;turn&#x27;)&lt;/script&gt;&lt;svg onload=x&gt;" in html
    assert "&lt;b&gt;book&lt;/b" in html
    assert "<script>" not in html
    assert "<b>book" not in html
