"""Answers that begin with something else: what is heard first counts, whichever speech it is."""

from tests.timeline.answers import said
from tests.timeline.sessions import LIVE, at, built, child, item, span


def speech(name, start_ms, end_ms, words, sound_ms, **attributes):
    told = {"lk.speech_id": name, "lk.interrupted": False, "lk.pii.response.text": words, **attributes}
    turn = span("agent_turn", start_ms, end_ms, attributes=told)
    return turn, child(turn, "agent_speaking", sound_ms, end_ms)


def message(position, words, sound_ms, **metrics):
    told = {"started_speaking_at": at(sound_ms) / 1e9, **metrics}
    return item(position, type="message", role="assistant", content=[words], at_ms=sound_ms, metrics=told)


def filled(sound_ms):
    """A filler that is heard after 0.8 s, and the reply after `sound_ms`: its spans, and its items."""
    filler = speech("filler", 500, 1000, "Let me check.", 800)
    reply = speech("reply", 501, 4000, "We are open.", sound_ms, **{"lk.e2e_latency": sound_ms / 1e3})
    items = [
        message(1, "Let me check.", 800),
        message(2, "We are open.", sound_ms, e2e_latency=sound_ms / 1e3, llm_node_ttft=0.7),
    ]
    return [*said(), *filler, *reply], items


def told_of(timeline):
    latency = timeline.turns[0].latency
    return latency.e2e_ms, latency.e2e_source, latency.llm_ttft_ms


def test_answer_after_is_the_fillers_live_and_once_ended():
    for sound_ms in (1200, 2500):
        spans, items = filled(sound_ms)

        assert told_of(built(*spans, context=LIVE)) == (800.0, "spans", None)
        assert told_of(built(*spans, *items)) == (800.0, "spans", None)


def test_reply_whose_spans_were_lost_does_not_time_the_filler():
    spans, items = filled(2500)
    without_reply = [each for each in spans if each["attributes"].get("lk.speech_id") != "reply"][:-1]

    assert told_of(built(*without_reply, *items)) == (800.0, "spans", None)


def test_answer_is_timed_by_the_item_it_was_heard_in():
    spans, _ = filled(2500)
    timed = message(1, "Let me check.", 800, e2e_latency=0.79, llm_node_ttft=0.1)

    assert told_of(built(*spans, timed)) == (790.0, "sdk", 100.0)
