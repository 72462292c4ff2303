"""What the real SDKs' sessions look like on the timeline."""

import json
from itertools import pairwise

import pytest

from observability.timeline import as_json, build
from observability.timeline.words import SIGNALS
from tests.captured import RUNS
from tests.timeline.sessions import LIVE, batches_of, timeline_of, without_reports

FIGURES = {
    "node/1.9.0_full": dict(
        turns=15, answered=13, no_answer=2, failed=1, interrupted=2, tools=5, tool_failures=1, errors=5
    ),
    "node/1.9.0_no_logs": dict(turns=2, answered=2),
    "python/1.5.1": dict(turns=7, answered=7, interrupted=1, tools=3, tool_failures=1, errors=1),
    "python/1.8.9_crash": dict(errors=1),
    "python/1.8.9_full": dict(
        turns=15, answered=14, no_answer=1, failed=1, interrupted=2, tools=5, tool_failures=1, errors=5
    ),
    "python/1.8.9_no_room_sid": dict(turns=2, answered=2),
    "python/1.8.9_no_transcript": dict(turns=2, answered=2),
    "python/1.8.9_only_audio_transcript": dict(turns=2, answered=2),
    "python/1.8.9_redaction": dict(
        turns=4, answered=3, no_answer=1, failed=1, tools=1, tool_failures=1, errors=2
    ),
    "python/1.8.9_second_session": dict(turns=2, answered=2),
}
NOTHING = dict(turns=0, answered=0, no_answer=0, failed=0, interrupted=0, tools=0, tool_failures=0, errors=0)

TRANSCRIPTS = {
    "node/1.9.0_full": (48, {"chat_history"}),
    "node/1.9.0_no_logs": (7, {"chat_history"}),
    "python/1.5.1": (26, {"chat_history"}),
    "python/1.8.9_crash": (0, set()),
    "python/1.8.9_full": (48, {"chat_history"}),
    "python/1.8.9_no_room_sid": (7, {"chat_history"}),
    "python/1.8.9_no_transcript": (6, {"turn_spans"}),
    "python/1.8.9_only_audio_transcript": (7, {"chat_history"}),
    "python/1.8.9_redaction": (12, {"chat_history"}),
    "python/1.8.9_second_session": (7, {"chat_history"}),
}

COMPLETENESS = {
    "node/1.9.0_full": "received received received received received",
    "node/1.9.0_no_logs": "received received received off received",
    "python/1.5.1": "received received received received not_sent",
    "python/1.8.9_full": "received received received received received",
    "python/1.8.9_no_room_sid": "received received received received received",
    "python/1.8.9_no_transcript": "received partial received received received",
    "python/1.8.9_only_audio_transcript": "received received off off received",
    "python/1.8.9_redaction": "received received received received received",
    "python/1.8.9_second_session": "received received received received received",
}


@pytest.mark.parametrize("run", RUNS)
def test_captured_session_has_its_turns_tools_and_errors(run):
    figures = timeline_of(run).figures

    told = dict(
        turns=figures.turns,
        answered=figures.answered,
        no_answer=figures.no_answer,
        failed=figures.failed,
        interrupted=figures.interrupted,
        tools=figures.tool_calls,
        tool_failures=figures.tool_failures,
        errors=figures.errors,
    )
    assert told == NOTHING | FIGURES[run]


@pytest.mark.parametrize("run", RUNS)
def test_captured_session_has_its_whole_transcript_from_the_best_source(run):
    transcript = timeline_of(run).transcript

    assert (len(transcript), {line.source for line in transcript}) == TRANSCRIPTS[run]


@pytest.mark.parametrize("run", COMPLETENESS)
def test_captured_session_says_what_is_complete(run):
    completeness = timeline_of(run).completeness

    assert " ".join(completeness[signal].state for signal in SIGNALS) == COMPLETENESS[run]


@pytest.mark.parametrize("run", ["python/1.8.9_full", "node/1.9.0_full", "python/1.5.1"])
def test_live_transcript_says_word_for_word_what_the_final_one_says(run):
    live = build(without_reports(run), context=LIVE)

    def words(timeline):
        return [(i.role, i.text, i.turn) for i in timeline.transcript if i.type == "message"]

    assert words(live) == words(timeline_of(run))


def test_slowest_answer_is_turn_five_because_a_tool_failed():
    timeline = timeline_of("python/1.8.9_full")

    slowest = timeline.turns[timeline.figures.slowest_turn - 1]
    assert (slowest.index, round(slowest.latency.e2e_ms / 1000, 2)) == (5, 1.36)
    assert slowest.latency.reason == "book_table failed, the model was asked twice"


def test_parts_of_every_answer_add_up_to_its_whole():
    for run in RUNS:
        for turn in timeline_of(run).turns:
            parts = turn.latency.parts
            if parts:
                assert sum(p.end_ns - p.start_ns for p in parts) / 1e6 == pytest.approx(
                    turn.latency.e2e_ms, abs=0.01
                )
                assert all(a.end_ns == b.start_ns for a, b in pairwise(parts))


def test_parts_of_the_slowest_answer_are_its_spans():
    turn = timeline_of("python/1.8.9_full").turns[4]
    sums = {}
    for part in turn.latency.parts:
        sums[part.kind] = sums.get(part.kind, 0) + (part.end_ns - part.start_ns) / 1e6

    assert {kind: round(ms) for kind, ms in sums.items()} == {
        "transcription": 261,
        "end_of_turn": 221,
        "hook": 0,
        "llm": 287,
        "tool": 108,
        "tts": 249,
        "playback": 0,
        "unexplained": 233,
    }


def test_node_delays_are_milliseconds_like_pythons():
    for run in ("python/1.8.9_full", "node/1.9.0_full"):
        latency = timeline_of(run).turns[0].latency

        assert 250 < latency.transcription_delay_ms < 270
        assert 470 < latency.end_of_turn_delay_ms < 500


def test_end_of_turn_waits_tell_that_the_user_resumed():
    waits = timeline_of("python/1.8.9_full").turns[10].end_of_turn

    assert [(wait.outcome, round(wait.probability, 2)) for wait in waits] == [
        ("user_resumed", 0.05),
        ("committed", 0.87),
    ]


def test_preemptive_answer_that_was_discarded_is_neither_step_nor_line():
    timeline = build(without_reports("python/1.8.9_full"), context=LIVE)

    turn = timeline.turns[10]
    assert (turn.preempted, turn.steps) == (True, 1)
    assert turn.answer_text == "Dogs are welcome, we charge fifteen euros per night."


def test_handoff_changes_the_agent_whatever_tells_of_it():
    for run, source in (
        ("python/1.8.9_full", "span"),
        ("node/1.9.0_full", "activity"),
        ("python/1.5.1", "activity"),
    ):
        timeline = timeline_of(run)

        assert [agent.agent for agent in timeline.agents] == ["receptionist", "billing"]
        assert [(h.old_agent, h.new_agent, h.source) for h in timeline.handoffs] == [
            ("receptionist", "billing", source)
        ]


def test_one_failure_is_one_error_however_many_records_tell_of_it():
    errors = timeline_of("python/1.8.9_full").errors

    assert [(e.kind, e.turn, e.attempts, e.recovered, len(e.log_indexes)) for e in errors] == [
        ("tool", 5, 1, None, 1),
        ("llm", 7, 1, True, 2),
        ("llm", 9, 1, False, 2),
        ("tts", 10, 1, True, 2),
        ("stt", None, 1, None, 2),
    ]


def test_errors_agree_with_the_sdks_own_count():
    timeline = timeline_of("python/1.8.9_full")

    kinds = [error.kind for error in timeline.errors]
    assert {kind: kinds.count(kind) for kind in ("llm", "stt", "tts")} == {"llm": 2, "stt": 1, "tts": 1}
    assert timeline.report.errors["llm"] == 2


def test_node_failure_is_seen_though_only_its_last_attempt_says_so():
    turn = timeline_of("node/1.9.0_full").turns[8]

    assert (turn.outcome, turn.failed) == ("failed", True)


def test_turn_whose_spans_node_never_sent_is_filled_from_chat_items():
    turn = timeline_of("node/1.9.0_full").turns[-1]

    assert turn.answer_text.startswith("Goodbye")
    assert (round(turn.latency.e2e_ms, 1), turn.latency.e2e_source) == (1022.5, "sdk")


@pytest.mark.parametrize("run", RUNS)
def test_live_session_can_be_built_at_any_moment(run):
    batches = batches_of(run)

    turns = [build(batches[:arrived], context=LIVE).figures.turns for arrived in range(len(batches) + 1)]

    assert turns == sorted(turns)


@pytest.mark.parametrize("run", RUNS)
def test_snapshot_is_strict_json(run):
    json.dumps(as_json(timeline_of(run)), allow_nan=False)
