import time

import pytest

from observability.livekit.identity import identity_of, revelations
from tests.captured import RUNS
from tests.timeline.sessions import at, batches_of, child, header, item, log, point, report, span


def facts_of(*records):
    return revelations(records)["AJ_1"]


def test_identity_is_the_records_own_and_falls_back_to_its_attributes():
    assert identity_of(span("x")) == ("AJ_1", "RM_1")
    assert identity_of(
        span("x", job_id="", room_id="", attributes={"job_id": "AJ_2", "room_id": "RM_2"})
    ) == ("AJ_2", "RM_2")
    assert identity_of(span("x", job_id="", room_id="", attributes={"lk.job_id": "AJ_3"})) == ("AJ_3", "")


def test_one_batch_can_reveal_several_jobs():
    found = revelations(
        [span("x"), span("y", job_id="AJ_2", room_id=""), point("z", 1, job_id="", room_id="")]
    )

    assert {job: facts.room_id for job, facts in found.items()} == {"AJ_1": "RM_1", "AJ_2": "", "": ""}


def test_spans_reveal_room_participant_agent_and_times():
    facts = facts_of(
        span("room_connect", 5, 6, attributes={"lk.pii.room_name": "room", "lk.agent_name": "desk"}),
        span("user_turn", 1, 9, attributes={"lk.participant_identity": "caller"}),
        span("agent_turn", 2, 3, attributes={"lk.pii.participant_identity": "the agent itself"}),
    )

    assert (facts.room_name, facts.agent_name, facts.participant_identity) == ("room", "desk", "caller")
    assert (facts.started_ns, facts.last_ns, facts.ended_ns) == (at(1), at(9), None)
    assert facts.sdk_language == "python"


def test_times_of_zero_are_not_known_times():
    facts = facts_of(span("x", start_ns=0, end_ns=0), log("y", time_ns=0, observed_ns=0))

    assert (facts.started_ns, facts.last_ns) == (None, None)


def test_root_session_ends_the_session_and_a_nested_one_does_not():
    root = span("agent_session", 0, 50)
    second = child(root, "agent_session", 10, 20)

    assert facts_of(second).end_signal == ""
    assert (facts_of(second, root).end_signal, facts_of(root).ended_ns) == ("agent_session", at(50))


def test_the_last_signal_of_closing_gives_the_end():
    job = span("job_entrypoint", 0, 90)
    shutdown = child(job, "job_shutdown", 80, 85)
    told = report(**{"session.report_timestamp": at(70) / 1e9})

    assert (facts_of(job, shutdown, told).end_signal, facts_of(job, shutdown).ended_ns) == (
        "job_entrypoint",
        at(90),
    )
    assert facts_of(told, shutdown).end_signal == "job_shutdown"
    assert facts_of(told).end_signal == "session report"


def test_a_recording_ends_a_session_even_without_telling_when():
    facts = facts_of(span("x", 0, 5), header())

    assert (facts.end_signal, facts.ended_ns) == ("recording", None)


def test_recording_header_reveals_what_its_summary_says():
    facts = facts_of(
        header(simulated=True, session_summary='{"room": "r", "agent_name": "a", "sdk_version": "1.8.9"}')
    )

    assert (facts.room_name, facts.agent_name, facts.sdk_version, facts.simulated) == (
        "r",
        "a",
        "1.8.9",
        True,
    )


def test_failed_attempts_count_once_and_their_wrappers_do_not():
    failed = {"status": {"code": 2, "message": ""}}
    facts = facts_of(
        span("agent_turn", **failed),
        span("llm_node", **failed),
        span("llm_request_run", **failed),
        span("function_tool", attributes={"lk.function_tool.is_error": True}),
        log("boom", severity=17),
    )

    assert (facts.error_count, facts.error_log_count) == (2, 1)


def test_chat_items_are_counted_by_source_and_not_twice():
    facts = facts_of(item(0), item(1), log("chat item", scope="chat_history"))

    assert (facts.chat_items_uploaded, facts.chat_items_logged, facts.chat_item_count) == (2, 1, 2)


def test_simulation_and_redaction_are_seen_on_any_signal():
    stamped = {"lk.simulation.enabled": True, "lk.redaction.enabled": True}

    for record in (
        span("x", attributes=stamped),
        log("x", attributes=stamped),
        point("x", 1, attributes=stamped),
    ):
        assert (facts_of(record).simulated, facts_of(record).redaction) == (True, True)


EXPECTED = {
    "node/1.9.0_full": ("recording", 147 - 98 - 1),
    "node/1.9.0_no_logs": ("recording", 7),
    "python/1.5.1": ("session report", 26),
    "python/1.8.9_crash": ("", 0),
    "python/1.8.9_full": ("job_entrypoint", 48),
    "python/1.8.9_no_room_sid": ("job_entrypoint", 7),
    "python/1.8.9_no_transcript": ("job_entrypoint", 0),
    "python/1.8.9_only_audio_transcript": ("recording", 7),
    "python/1.8.9_redaction": ("job_entrypoint", 12),
    "python/1.8.9_second_session": ("job_entrypoint", 7),
}


@pytest.mark.parametrize("run", RUNS)
def test_captured_sessions_reveal_their_end(run):
    found = revelations(record for batch in batches_of(run) for record in batch)
    facts = next(facts for job_id, facts in found.items() if job_id)

    assert (facts.end_signal, facts.chat_item_count) == EXPECTED[run]


def test_second_session_in_a_job_does_not_end_it_in_any_batch_before_the_last():
    ends = [revelations(batch) for batch in batches_of("python/1.8.9_second_session")]
    signals = [facts.end_signal for found in ends for facts in found.values()]

    assert "agent_session" not in signals


def test_revealing_costs_a_few_microseconds_a_span():
    spans = [r for b in batches_of("python/1.8.9_full") for r in b if r["signal"] == "span"]
    best = min(_seconds(spans) for _ in range(20))

    assert best / len(spans) < 20e-6


def _seconds(spans):
    began = time.perf_counter()
    revelations(spans)
    return time.perf_counter() - began


def test_a_recording_that_does_not_say_when_it_ended_ended_after_its_last_item():
    items = [item(2, created_at=at(2000) / 1e9), item(1, created_at=at(1000) / 1e9), item(3, created_at="?")]

    facts = facts_of(header(), *items)
    told = facts_of(header(duration_ms=1500), *items)

    assert (facts.end_signal, facts.ended_ns, facts.started_ns) == ("recording", at(2000), at(0))
    assert told.ended_ns == at(1500)
