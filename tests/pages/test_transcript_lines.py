"""The lines of a transcript as the page shows them."""

import pytest

from observability.pages.transcript_lines import Line, transcript_lines
from observability.timeline import SessionContext, build
from tests.timeline.sessions import ENDED, LIVE, built, span, timeline_of, without_reports

KINDS = {"user", "agent", "call", "handoff"}
RUNS = ["python/1.8.9_full", "node/1.9.0_full", "python/1.5.1"]


def words(lines: list[Line]) -> dict[str, str]:
    return {line.key: line.text or line.tool_name for line in lines if line.kind in KINDS}


@pytest.mark.parametrize("run", RUNS)
def test_line_has_the_same_key_while_the_session_lives_and_after_its_end(run: str) -> None:
    live = words(transcript_lines(build(without_reports(run), context=LIVE)))
    final = words(transcript_lines(timeline_of(run)))

    assert live.items() <= final.items()


@pytest.mark.parametrize("run", RUNS)
def test_no_two_lines_have_the_same_key(run: str) -> None:
    keys = [line.key for line in transcript_lines(timeline_of(run))]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("run", "heard"), [("python/1.8.9_full", ["2.64 s", "1.23 s"]), ("node/1.9.0_full", ["2.59 s", "1.20 s"])]
)
def test_answer_that_was_cut_off_tells_how_much_of_it_was_played(run: str, heard: list[str]) -> None:
    assert [line.heard for line in transcript_lines(timeline_of(run)) if line.is_cut] == heard


WRITTEN = span("llm_node", 10, 20, parent_span_id="a" * 16, attributes={"lk.pii.response.text": "Hello"})
VOICED = span("tts_node", 12, 25, parent_span_id="a" * 16)


@pytest.mark.parametrize(
    ("context", "states"),
    [(LIVE, ["not confirmed yet", "being spoken"]), (ENDED, ["never confirmed", "never confirmed"])],
    ids=["live", "over"],
)
def test_words_whose_turn_has_not_come_are_never_said_to_be_unspoken(
    context: SessionContext, states: list[str]
) -> None:
    found = [
        line.state
        for spans in ([WRITTEN], [WRITTEN, VOICED])
        for line in transcript_lines(built(*spans, context=context))
    ]

    assert found == states
