"""Where a project keeps no transcripts, calls and times are there, and that words are off is said."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from observability.exports.transcript import text_lines
from observability.models import Session
from observability.queries.records import timeline_of
from projects.models import Project
from tests.exports.conftest import ask, download
from tests.pages.conftest import Replay
from tests.pages.reading import open_page, session_args

__all__ = ["ask", "download"]


@pytest.fixture
def silent(replay: Replay, project: Project) -> Session:
    project.privacy.transcripts = False
    project.privacy.save()
    return replay("python/1.8.9_full")


def test_page_says_that_words_are_switched_off_and_not_that_results_never_came(
    owner_client: Client, silent: Session
) -> None:
    page = open_page(owner_client, "observability:session-show", *session_args(silent))

    assert "Switched off in the project’s privacy settings." in page.replace("'", "’")
    assert "result not kept" in page
    assert "no result received" not in page


def test_turns_are_measured_as_if_words_were_kept(silent: Session) -> None:
    turns = timeline_of(silent).turns

    assert len(turns) >= 14
    assert all(turn.end_of_turn for turn in turns if turn.latency.end_of_turn_delay_ms)
    assert not any(turn.user_text for turn in turns)


def test_no_items_are_said_to_be_kept_of_a_transcript_that_is_off(
    owner_client: Client, silent: Session
) -> None:
    page = open_page(owner_client, "observability:session-show", *session_args(silent))

    assert "Transcript Switched off no words Switched off in the project" in page


def test_zip_says_what_of_the_conversation_it_holds(
    owner_client: Client, silent: Session, download: Callable[[Session], Any]
) -> None:
    opened = download(silent)

    page = " ".join(opened.text("README.txt").split())
    assert "Switched off in the project's privacy settings. Which tools were called" in page
    assert "without what was said, arguments and results" in page
    assert "transcript.vtt" not in opened.names
    assert opened.json("manifest.json")["left_out"]["transcript.vtt"].startswith("Switched off")


def test_privacy_page_says_that_tools_are_covered_by_the_switch(
    owner_client: Client, project: Project
) -> None:
    page = open_page(owner_client, "projects:privacy-edit", "acme")

    assert (
        "What was said, as text, with the prompts of models and the arguments and results of tools." in page
    )


def test_zip_speaks_of_calls_without_what_they_held(silent: Session) -> None:
    text = "\n".join(text_lines(timeline_of(silent)))

    assert "called" in text
    assert "null" not in text
