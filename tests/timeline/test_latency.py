"""The silence before an answer, split into what it was spent on."""

from tests.timeline.sessions import at, built, child, item, span

ASKED = span("user_turn", 1000, 3400, attributes={"lk.user_transcript": "Are you open?"})
SPEAKING = child(ASKED, "user_speaking", 1000, 3000)
ANSWER = span(
    "agent_turn",
    3400,
    6000,
    attributes={
        "lk.speech_id": "speech_1",
        "lk.pii.user_input": "Are you open?",
        "lk.response.text": "Yes.",
        "lk.e2e_latency": 1.2,
        "lk.end_of_turn_delay": 0.4,
    },
)
VOICE = (
    child(ANSWER, "llm_node", 3400, 3700, attributes={"lk.response.ttft": 0.2}),
    child(ANSWER, "tts_node", 3650, 3950, attributes={"lk.response.ttfb": 0.25}),
    child(ANSWER, "agent_speaking", 4200, 6000),
)


def said(**metrics):
    """The item of the answer in the chat history."""
    told = {"started_speaking_at": at(4200) / 1e9, "e2e_latency": 1.2, **metrics}
    return item(
        1, type="message", role="assistant", content=["Yes."], interrupted=False, metrics=told, at_ms=3400
    )


def parts_of(*records):
    (turn,) = built(ASKED, SPEAKING, ANSWER, *VOICE, *records).turns
    return [
        (part.kind, round((part.end_ns - part.start_ns) / 1e6, 1)) for part in turn.latency.parts
    ], turn.latency


def test_silence_is_split_into_its_parts_and_what_they_leave_over():
    parts, latency = parts_of()

    assert parts == [
        ("end_of_turn", 400.0),
        ("llm", 200.0),
        ("unexplained", 50.0),
        ("tts", 250.0),
        ("unexplained", 300.0),
    ]
    assert (latency.e2e_ms, latency.unexplained_ms, latency.playback_ms) == (1200.0, 350.0, None)


def test_playback_is_the_last_part_before_the_first_sound():
    parts, latency = parts_of(said(playback_latency=0.12))

    assert parts[-2:] == [("unexplained", 180.0), ("playback", 120.0)]
    assert (latency.playback_ms, latency.unexplained_ms) == (120.0, 230.0)


def test_playback_longer_than_what_is_left_takes_no_time_from_other_parts():
    parts, _ = parts_of(said(playback_latency=5.0))

    assert parts[-2:] == [("tts", 250.0), ("playback", 300.0)]


def test_figure_that_cannot_be_is_named_and_counts_as_absent():
    parts, latency = parts_of(said(playback_latency=-0.5))

    assert latency.impossible == ("playback_latency",)
    assert latency.playback_ms is None
    assert "playback" not in dict(parts)
