"""What a team sees of a call is the same, whichever SDK its agent is written with."""

from urllib.error import HTTPError

import pytest

from tests.sdk.sessions import CONVERSATION, TURNS, Session, decoded, loudness

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(300)]


@pytest.fixture(params=["python", "node"])
def session(request: pytest.FixtureRequest) -> Session:
    return request.getfixturevalue(f"{request.param}_session")


def test_session_goes_by_the_names_that_livekit_gave_it(session):
    assert {name: session.head[name] for name in ("job_id", "room_id", "room_name", "agent_name")} == {
        "job_id": session.driven["job_id"],
        "room_id": session.driven["room_id"],
        "room_name": session.driven["room_name"],
        "agent_name": "receptionist",
    }


def test_session_has_ended_and_says_how_long_it_took(session):
    [root] = session.spans_named("agent_session")

    assert session.head["status"] == "ended"
    assert session.head["duration_ms"] >= (int(root["end_ns"]) - int(root["start_ns"])) / 1e6
    assert 20_000 < session.head["duration_ms"] < 60_000


def test_everything_was_received(session):
    states = {signal: told["state"] for signal, told in session.head["completeness"].items()}

    assert states == dict.fromkeys(["audio", "transcript", "traces", "logs", "metrics"], "received")


def test_callers_words_are_told_in_order(session):
    assert [text for role, text in session.said() if role == "user"] == [turn["say"] for turn in TURNS]


def test_tool_calls_are_told_with_what_went_in_and_what_came_out(session):
    told = [(call["name"], call["arguments"], call["is_error"]) for call in session.timeline["tools"]]

    scripted = [turn for turn in TURNS if "tool" in turn]
    assert told == [(turn["tool"], turn["arguments"], "tool_error" in turn) for turn in scripted]
    for call, turn in zip(session.timeline["tools"], scripted, strict=True):
        assert str(call["output"]).strip('"') == turn.get("output", turn.get("tool_error"))


def test_handoff_is_told_once(session):
    handoffs = [(each["old_agent"], each["new_agent"]) for each in session.timeline["handoffs"]]

    assert handoffs == [("reception", "billing")]


def test_interrupted_answer_is_marked_where_it_was_cut_off(session):
    [interruption] = session.timeline["interruptions"]
    [item] = [item for item in session.transcript if item["type"] == "message" and item["interrupted"]]

    assert TURNS[interruption["turn"] - 1]["say"] == "Please tell me about your spa."
    assert item["text"].startswith("Our spa has a large pool")


def test_each_error_is_told_once(session):
    told = {
        (error["kind"], error["turn"])
        for error in session.timeline["errors"]
        if error["kind"] in ("llm", "tool")
    }

    assert told == {("llm", number_of("model_error")), ("tool", number_of("tool_error"))}


def test_turns_have_the_outcome_that_the_script_gave_them(session):
    expected = {number_of("interrupted_after_s"): "interrupted", number_of("model_error"): "failed"}

    outcomes = [turn["outcome"] for turn in session.timeline["turns"]]

    assert outcomes == [expected.get(number, "answered") for number in range(1, len(TURNS) + 1)]


def test_answered_turns_say_how_long_the_caller_waited(session):
    waits_ms = [
        turn["latency"]["e2e_ms"] for turn in session.timeline["turns"] if turn["outcome"] != "failed"
    ]

    assert all(wait_ms and 200 < wait_ms < 3000 for wait_ms in waits_ms), waits_ms
    assert 200 < session.head["latency"]["e2e_p50_ms"] < 2000


def test_span_list_is_complete_and_exact(session):
    assert len(session.spans) == session.head["counts"]["spans"]
    assert len({(span["trace_id"], span["span_id"]) for span in session.spans}) == len(session.spans)
    assert len(session.spans_named("user_turn")) == len(TURNS)
    assert len(session.spans_named("function_tool")) == 3
    assert all(10**18 < int(span["start_ns"]) <= int(span["end_ns"]) for span in session.spans)


def test_blocked_event_loop_is_seen_in_spans_and_metrics(session):
    assert session.spans_named("event_loop_blocked")
    assert "lk.agents.event_loop.blocked_duration" in {point["name"] for point in session.metrics}


def test_agents_own_log_lines_arrive_with_their_fields(session):
    line = next(record for record in session.logs if record["body"] == "reception answers")

    assert line["severity_text"] == "INFO"
    assert line["attributes"]["desk"] == "reception"


def test_recording_plays_in_ranges(session):
    _, audio = session.audio()

    status, part = session.audio(Range="bytes=1000-2999")

    assert (status, part) == (206, audio[1000:3000])
    assert audio.startswith(b"OggS")


def test_recording_holds_each_voice_on_its_channel_and_in_its_time(session):
    rate_hz, (caller, agent) = decoded(session.audio()[1])
    recording, turn = session.timeline["recording"], session.timeline["turns"][0]
    asks, answers = (
        (turn[f"{who}_start_ms"] - recording["start_ms"], turn[f"{who}_end_ms"] - recording["start_ms"])
        for who in ("user", "answer")
    )

    assert len(caller) / rate_hz == pytest.approx(recording["duration_ms"] / 1000, abs=0.1)
    assert loudness(caller, rate_hz, asks) > 20 * loudness(agent, rate_hz, asks)
    assert loudness(agent, rate_hz, answers) > 20 * loudness(caller, rate_hz, answers)


def test_page_shows_the_call_to_a_member(session):
    page = session.playhead.page(f"/projects/{session.playhead.project['project']}/{session.path}")

    assert session.driven["room_name"] in page
    assert CONVERSATION["greetings"]["reception"] in page


def test_nothing_is_shown_to_a_guessed_token(session):
    with pytest.raises(HTTPError) as refused:
        session.playhead.open(session.path, Authorization="Bearer guessed")

    refused.value.close()
    assert refused.value.code in (401, 403)


def number_of(key: str) -> int:
    """The turn that the script marks with this key, counted from 1."""
    return next(number for number, turn in enumerate(TURNS, start=1) if key in turn)
