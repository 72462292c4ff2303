"""The Insights page of what real agents sent, which is received once for all of these tests."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from observability.models import Session
from projects.models import Project
from tests.api.conftest import BASE, Script
from tests.api.lasting_talk import as_made
from tests.insights.conftest import real_sessions
from tests.insights.test_page import ADDRESS, context_of
from tests.lasting import keep_files
from tests.lasting_acme import lasting_acme, owner, project, teammate
from tests.pages.reading import words
from tests.people import SessionFactory

__all__ = ["lasting_acme", "owner", "project", "teammate"]


@pytest.fixture(scope="module")
def lasting_sessions(lasting: Path, lasting_acme: Project) -> list[Session]:
    sessions = real_sessions(lasting_acme)
    keep_files(lasting)
    return sessions


@pytest.fixture
def real(lasting: Path, lasting_sessions: list[Session], db: None) -> list[Session]:
    return [as_made(session, lasting) for session in lasting_sessions]


def leads(context: Any) -> Iterator[tuple[str, int, str]]:
    """What is led to, how many sessions the page says it counts, and the address."""
    for card in context["cards"]:
        if told := re.match(r"([\d,]+) (?:sessions?$|of )", card.note):
            yield card.label, int(told[1]), card.href
    yield "sessions", int(context["cards"][0].value.value), context["cards"][0].href
    for column in context["chart"].columns:
        if column.href:
            yield column.name, column.counts.sessions, column.href
    for table in context["tables"]:
        for row in table.rows:
            for cell in row.cells:
                if cell.href and cell.text.isdecimal():
                    yield f"{table.title}: {row.name}, {row.note}", int(cell.text), cell.href


def test_tools_and_playback_are_among_the_parts_of_answers(real: list[Session], owner_client: Client) -> None:
    parts = {row.name for row in context_of(owner_client)["parts"]}

    assert {"Tool, where one was waited for", "Playback"} <= parts


@pytest.mark.parametrize("query", ["", "within=24h", "agent=barkeeper", "tool=book_table", "simulated=any"])
def test_every_figure_leads_to_as_many_sessions_as_it_counts(
    real: list[Session], owner_client: Client, script: Script, query: str
) -> None:
    SessionFactory(project=real[0].project)
    SessionFactory(project=real[0].project, status="live")

    found = [
        (what, number, len(script.get(f"{BASE}?{href.partition('?')[2]}&limit=200").json()["results"]))
        for what, number, href in leads(context_of(owner_client, query))
    ]

    assert len(found) > 8
    assert [each for each in found if each[1] != each[2]] == []


def test_what_the_list_cannot_be_asked_for_is_no_link(real: list[Session], owner_client: Client) -> None:
    """A version that nobody told, and another tool beside the one that is asked for already."""
    versions, tools = context_of(owner_client, "tool=book_table")["tables"][:2]

    assert {row.name: bool(row.cells[1].href) for row in tools.rows}["lookup_room"] is False
    assert all(row.cells[0].href for row in versions.rows if row.note != "version not told")
    [nameless] = [row for row in context_of(owner_client)["tables"][0].rows if row.note == "version not told"]
    assert nameless.cells[0].href == ""


def test_the_page_tells_the_figures_in_words_and_units(real: list[Session], owner_client: Client) -> None:
    page = words(owner_client.get(ADDRESS))

    for told in [
        "Answer after, median",
        "95 % answered within",
        "Transcription, from the last word",
        "LLM first token",
        "book_table",
        "tokens in",
        "characters",
        "s of audio",
        "Evaluation: pass",
        "turn 5",
        "The same as a table",
    ]:
        assert told in page


def test_a_slow_turn_leads_to_itself(real: list[Session], owner_client: Client) -> None:
    slowest = next(table for table in context_of(owner_client)["tables"] if table.id == "slowest")

    assert re.fullmatch(r"/projects/acme/sessions/[0-9a-f-]{36}/#turn=\d+", slowest.rows[0].href)
