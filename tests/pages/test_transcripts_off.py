"""Where a project keeps no transcripts, calls and times are there, and that words are off is said."""

import pytest
from django.test import Client

from observability.exports.transcript import text_lines
from observability.models import Session
from observability.queries.records import timeline_of
from projects.models import Project
from tests.pages.conftest import Replay
from tests.pages.reading import open_page, session_args


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


def test_zip_speaks_of_calls_without_what_they_held(silent: Session) -> None:
    text = "\n".join(text_lines(timeline_of(silent)))

    assert "called" in text
    assert "null" not in text
