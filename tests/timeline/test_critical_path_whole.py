"""Whatever the path of an answer is, it covers the silence, and agrees with the parts of the answer's time."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.timeline import build
from observability.timeline.answering import Answering, Figures, Work
from observability.timeline.critical_path import critical_path
from tests.captured import RUNS
from tests.timeline.sessions import LIVE, batches_of, timeline_of, without_reports


@pytest.mark.parametrize("run", RUNS)
def test_captured_paths_are_whole_and_agree_with_the_parts_of_the_answer(run):
    for timeline in (timeline_of(run), build(without_reports(run), context=LIVE)):
        known = {drawn.span_id for drawn in timeline.spans}
        for turn in timeline.turns:
            path, parts = turn.critical_path, turn.latency.parts
            assert bool(path) == bool(parts)
            if not path:
                continue
            assert (path[0].start_ns, path[-1].end_ns) == (parts[0].start_ns, parts[-1].end_ns)
            assert all(one.end_ns == two.start_ns for one, two in pairwise(path))
            assert {step.span_id for step in path if step.span_id} <= known
            assert after_the_turn(turn, path) == after_the_turn(turn, parts)


def after_the_turn(turn, pieces):
    """From the moment that nothing was awaited of the user."""
    waits = ("transcription", "end_of_turn", "hook")
    ready_ns = max((part.end_ns for part in turn.latency.parts if part.kind in waits), default=0)
    clipped = [(piece.kind, max(piece.start_ns, ready_ns), piece.end_ns) for piece in pieces]
    return [(kind, start_ns, end_ns) for kind, start_ns, end_ns in clipped if end_ns > start_ns]


def test_the_slowest_captured_answer_asked_the_model_twice_and_waited_for_a_tool():
    timeline = timeline_of("python/1.8.9_full")
    labels = {drawn.span_id: drawn.label for drawn in timeline.spans}

    path = [
        (step.kind, labels.get(step.span_id, ""), round((step.end_ns - step.start_ns) / 1e6))
        for step in timeline.turns[4].critical_path
    ]

    assert [step for step in path if step[2] >= 10] == [
        ("transcription", "", 261),
        ("llm", "script-llm-1", 253),
        ("tool", "book_table", 108),
        ("llm", "script-llm-1", 254),
        ("tts", "script-tts-1", 249),
        ("unexplained", "", 229),
    ]


def test_half_a_session_has_paths_as_well():
    for run in RUNS:
        batches = batches_of(run)
        for timeline in (build(batches[:half], context=LIVE) for half in range(0, len(batches), 7)):
            for turn in timeline.turns:
                assert bool(turn.critical_path) == bool(turn.latency.parts)


MOMENTS = st.integers(-50, 150).map(lambda ms: ms * 1_000_000)
WORKS = st.builds(
    lambda kind, start, end, first: Work(
        kind, kind, min(start, end), max(start, end), None if first is None else min(start, end) + first
    ),
    st.sampled_from(["llm", "tool", "tts"]),
    MOMENTS,
    MOMENTS,
    st.none() | st.integers(0, 60_000_000),
)


@given(st.lists(WORKS, max_size=6), st.integers(0, 40), st.integers(0, 40), st.integers(0, 120))
def test_any_works_give_a_path_without_gap_or_overlap(works, heard_ms, decided_ms, playback_ms):
    heard_ns, decided_ns = heard_ms * 1_000_000, (heard_ms + decided_ms) * 1_000_000
    waits = (Work("transcription", "", 0, heard_ns), Work("end_of_turn", "", heard_ns, decided_ns))

    path = critical_path(answering(waits, works, sound_ns=100_000_000, playback_ms=playback_ms))

    assert (path[0].start_ns, path[-1].end_ns) == (0, 100_000_000)
    assert all(one.end_ns == two.start_ns for one, two in pairwise(path))
    assert all(step.start_ns < step.end_ns for step in path)


def answering(waits, works, *, sound_ns, playback_ms):
    figures = Figures(None, None, None, None, None, playback_ms, None)
    return Answering(
        None, None, None, figures, sound_ns / 1e6, "sdk", 0, sound_ns, tuple(waits), tuple(works)
    )
