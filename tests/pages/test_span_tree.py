"""The Spans tab: each span's own time, and what of a turn was waited for."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Session
from observability.pages.span_bars import Axis, Bar, bar_of
from observability.timeline.marks import TimelineSpan
from tests.pages.conftest import Replay
from tests.pages.lasting_desk import desk, front_desk, lasting_acme, owner, project, teammate
from tests.pages.reading import HTMX, open_page, session_args
from tests.timeline.sessions import at, built, child, span

__all__ = ["desk", "front_desk", "lasting_acme", "owner", "project", "teammate"]

SPANS, REFRESH = "observability:span-list", "observability:session-refresh"
NOTHING_ON_PATH: list[tuple[int, int]] = []


def test_every_span_tells_its_own_time_beside_its_duration(owner_client: Client, front_desk: Session) -> None:
    page = open_page(owner_client, SPANS, *session_args(front_desk), span_turn="5", span_text="llm")

    assert "Start Duration Own time" in page
    assert "llm_node script-llm-1 on the critical path 0:50.07 483 ms 0.7 ms" in page
    assert "llm_request_run script-llm-1 0:50.07 481 ms 481 ms" in page


def test_own_time_that_hardly_counts_is_faint(owner_client: Client, front_desk: Session) -> None:
    html = html_of(owner_client, front_desk, span_turn="5", span_text="llm")

    assert re.findall(r'span-own( faint)?">([^<]+)</td>', html) == [
        (" faint", "0.9 ms"),
        (" faint", "7.2 ms"),
        ("", "252 ms"),
        (" faint", "0.7 ms"),
        (" faint", "1.4 ms"),
        ("", "481 ms"),
    ]


def test_the_critical_path_of_the_chosen_turn_is_told_in_one_line(
    owner_client: Client, front_desk: Session
) -> None:
    page = open_page(owner_client, SPANS, *session_args(front_desk), span_turn="5")

    assert page.startswith(
        "Critical path of turn 5: transcription 261 ms LLM 253 ms book_table 108 ms LLM 254 ms TTS 249 ms"
        " unexplained 229 ms and 6.2 ms between them = 1.36 s (end of turn 221 ms beside it)"
        " Critical path only"
    )


def test_a_turn_answered_after_its_end_waited_for_the_end_as_well(
    owner_client: Client, front_desk: Session
) -> None:
    page = open_page(owner_client, SPANS, *session_args(front_desk), span_turn="4")

    assert "turn 4: transcription 261 ms end of turn 224 ms LLM 253 ms TTS 253 ms unexplained 298 ms" in page
    assert "beside it" not in page


def test_the_spans_on_the_path_are_marked(owner_client: Client, front_desk: Session) -> None:
    html = html_of(owner_client, front_desk, span_turn="5")

    marked = [row for row in html.split("<tr ") if "on the critical path" in row]
    assert [name for row in marked for name in re.findall(r'name__text(?: bad)?">(\w+)<', row)] == [
        "user_turn",
        "llm_node",
        "function_tool",
        "llm_node",
        "tts_node",
    ]


def test_each_step_leads_to_its_span_and_a_gap_to_its_moment(
    owner_client: Client, front_desk: Session
) -> None:
    html = html_of(owner_client, front_desk, span_turn="5")
    steps = html.split("span-path__steps")[1].split("</ol>")[0]

    led_to = re.findall(r'data-span="([0-9a-f]+-[0-9a-f]+)"', steps)
    assert [f'id="span-{key}"' in html for key in led_to] == [True] * 5
    assert re.findall(r'data-seek-ms="([\d.]+)" title="Go to ([\d:.]+)"', steps) == [("50580.0", "0:50.58")]


def test_without_a_turn_nothing_is_on_a_path(owner_client: Client, front_desk: Session) -> None:
    page = open_page(owner_client, SPANS, *session_args(front_desk), span_path="1", span_text="tts_node")

    assert "critical path" not in page.lower()
    assert "tts_node" in page


def test_the_critical_path_alone_is_a_list_on_the_axis_of_its_silence(
    owner_client: Client, front_desk: Session
) -> None:
    html = html_of(owner_client, front_desk, span_turn="5", span_path="1")

    assert re.findall(r'name__text(?: bad)?">(\w+)<', html) == [
        "user_turn",
        "llm_node",
        "function_tool",
        "llm_node",
        "tts_node",
    ]
    assert set(re.findall(r'aria-level="(\d+)"', html)) == {"1"}
    assert "0:49.4 – 0:50.8" in html
    assert 'name="span_path" value="1" checked' in html


@pytest.mark.parametrize(
    ("turn", "reason"),
    [("9", "Turn 9 got no answer, so it has no critical path."), ("99", "No span matches.")],
)
def test_a_turn_without_a_path_says_why(
    owner_client: Client, front_desk: Session, turn: str, reason: str
) -> None:
    page = open_page(owner_client, SPANS, *session_args(front_desk), span_turn=turn)

    assert page.startswith(reason)


def test_a_turn_that_waits_for_its_answer_says_so(owner_client: Client, replay: Replay) -> None:
    session = replay("node/1.9.0_full", requests=18)

    page = open_page(owner_client, SPANS, *session_args(session), span_turn="5")

    assert page.startswith("Turn 5 is not answered yet.")


def test_nodes_steps_are_on_one_path(owner_client: Client, replay: Replay) -> None:
    page = open_page(owner_client, SPANS, *session_args(replay("node/1.9.0_full")), span_turn="5")

    assert "transcription 260 ms LLM 254 ms bookTable 101 ms LLM 252 ms TTS 268 ms unexplained 221 ms" in page


def test_a_path_known_without_spans_leads_to_moments(owner_client: Client, replay: Replay) -> None:
    html = html_of(owner_client, replay("python/1.8.9_only_audio_transcript"), span_turn="1")

    assert "transcription" in html
    assert "data-span" not in html


def test_the_chosen_path_stays_while_a_live_page_is_refreshed(
    owner_client: Client, front_desk: Session
) -> None:
    answer = owner_client.get(
        reverse(REFRESH, args=session_args(front_desk)), {"span_turn": "5", "span_path": "1"}, headers=HTMX
    )

    assert "Critical path of turn 5:" in answer.content.decode()
    assert answer.content.decode().count('class="span-row ') == 5


def test_a_bar_is_solid_where_no_child_was_at_work() -> None:
    parent = span("agent_turn", 0, 100)
    drawn = built(parent, child(parent, "llm_node", 10, 40), child(parent, "tts_node", 30, 60)).spans

    assert bar(drawn, 0, 0, 100) == Bar(0.0, 100.0, "M0.00 0.5h10.00v7h-10.00zM60.00 0.5h40.00v7h-40.00z", "")
    assert bar(drawn, 1, 0, 100).own == "M10.00 0.5h30.00v7h-30.00z"


def test_a_bar_ends_at_the_edge_of_its_axis() -> None:
    drawn = built(span("llm_node", 0, 100)).spans

    assert bar(drawn, 0, 50, 150) == Bar(0.0, 50.0, "M0.00 0.5h50.00v7h-50.00z", "")


def test_a_moment_on_a_long_axis_is_still_to_be_seen() -> None:
    drawn = built(span("llm_node", 100, 100.1)).spans

    assert bar(drawn, 0, 0, 100) == Bar(99.2, 0.8, "M99.20 0.5h0.80v7h-0.80z", "")


def test_what_was_waited_for_is_underlined() -> None:
    drawn = built(span("llm_node", 0, 100)).spans

    underlined = bar_of(drawn[0], [], [(at(20), at(50))], Axis(at(0), at(100)))

    assert underlined.path == "M20.00 8.5h30.00v1.5h-30.00z"


def bar(drawn: tuple[TimelineSpan, ...], index: int, from_ms: float, until_ms: float) -> Bar:
    children = [other for other in drawn if other.parent_span_id == drawn[index].span_id]
    return bar_of(drawn[index], children, NOTHING_ON_PATH, Axis(at(from_ms), at(until_ms)))


def html_of(client: Client, session: Session, **query: str) -> str:
    return client.get(reverse(SPANS, args=session_args(session)), query).content.decode()
