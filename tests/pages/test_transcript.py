"""The transcript beside the timeline: how sure recognition was, and what can be done with a line."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Session
from observability.pages.transcript_lines import Line, transcript_lines
from tests.pages.reading import open_page, session_args
from tests.timeline.sessions import built, item, span

SHOW = "observability:session-show"


def line_with(**fields: Any) -> Line:
    """The first line of a conversation with one message."""
    told = {"type": "message", "role": "user", "content": ["Hello."]} | fields
    return transcript_lines(built(item(1, **told)))[0]


@pytest.mark.parametrize(
    ("confidence", "sure_percent", "is_unsure"),
    [
        (0.94, 94, False),
        (0.8, 80, False),
        (0.799, 80, False),
        (0.79, 79, True),
        (0.01, 1, True),
        (1.0, 100, False),
        (0, None, False),
        (None, None, False),
        (-1, None, False),
        (94, None, False),
        ("0.9", None, False),
    ],
)
def test_a_users_line_tells_how_sure_recognition_was_where_it_said_so(
    confidence: Any, sure_percent: int | None, is_unsure: bool
) -> None:
    line = line_with(transcript_confidence=confidence)

    assert (line.sure_percent, line.is_unsure) == (sure_percent, is_unsure)


def test_a_line_that_arrives_live_is_as_sure_as_its_turn() -> None:
    said = span(
        "user_turn", 0, 100, attributes={"lk.pii.user_transcript": "Hi", "lk.transcript_confidence": 0.5}
    )

    line = transcript_lines(built(said))[0]

    assert (line.text, line.sure_percent, line.is_unsure) == ("Hi", 50, True)


def test_an_agents_line_is_never_unsure() -> None:
    assert line_with(role="assistant", transcript_confidence=0.5).sure_percent is None


def test_sureness_stands_beside_the_user(owner_client: Client, front_desk: Session) -> None:
    page = open_page(owner_client, SHOW, *session_args(front_desk))

    assert "0:06 User 94 % sure Hello, when is breakfast served in the morning?" in page


def test_everything_that_is_copied_of_a_line_is_named(owner_client: Client, front_desk: Session) -> None:
    html = owner_client.get(reverse(SHOW, args=session_args(front_desk))).content.decode()
    failed_call = next(line for line in html.split("<li id=") if "call--failed" in line)

    parts = dict(re.findall(r'data-part="(\w+)">([^<]*)<', failed_call))

    assert 'data-kind="call"' in failed_call
    assert parts == {
        "at": "0:49",
        "failed": "Failed: ",
        "name": "book_table",
        "took": "108 ms",
        "arguments": "guests: 4",
        "result": "An internal error occurred",
    }


def test_an_empty_transcript_cannot_be_copied(owner_client: Client, session: Session) -> None:
    html = owner_client.get(reverse(SHOW, args=session_args(session))).content.decode()

    assert re.search(r'aria-label="Copy the transcript"[^>]* disabled', html)
