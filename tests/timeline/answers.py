"""One turn written by hand, and the path of its answer. Times are milliseconds; the user's last word is at 0."""

import json

from tests.timeline.sessions import ENDED, T0, built, child, span

CALLS = json.dumps([{"name": "book_table"}])


def said(*, heard=200, decided=480, until=0, **attributes):
    """A user turn and the speech in it."""
    told = {
        "lk.pii.user_transcript": "A table, please.",
        "lk.transcription_delay": heard / 1e3,
        "lk.end_of_turn_delay": decided / 1e3,
        **attributes,
    }
    turn = span("user_turn", -2000, until + decided, attributes=told)
    return turn, child(turn, "user_speaking", -2000, until)


def answered(start=201, end=5000, *, sound=1000, speech="s1", **attributes):
    told = {"lk.speech_id": speech, "lk.interrupted": False, "lk.e2e_latency": sound / 1e3, **attributes}
    return span("agent_turn", start, end, attributes=told)


def model(turn, start, end, first=None, *, calls=False):
    told = {} if first is None else {"lk.response.ttft": (first - start) / 1e3}
    told |= {"lk.pii.response.function_calls": CALLS} if calls else {"lk.pii.response.text": "Yes."}
    return child(turn, "llm_node", start, end, attributes=told)


def voice(turn, start, first, end=4000):
    return child(turn, "tts_node", start, end, attributes={"lk.response.ttfb": (first - start) / 1e3})


def heard(turn, start=1000, end=4000):
    return child(turn, "agent_speaking", start, end)


def path_of(*records, turn=0, context=ENDED):
    """Each step as (what, from, until); what is the span's name where there is one."""
    timeline = built(*records, context=context)
    names = {drawn.span_id: drawn.name for drawn in timeline.spans}
    return [
        (names.get(step.span_id, step.kind), ms(step.start_ns), ms(step.end_ns))
        for step in timeline.turns[turn].critical_path
    ]


def parts_of(*records):
    parts = built(*records).turns[0].latency.parts
    return [(part.kind, ms(part.start_ns), ms(part.end_ns)) for part in parts]


def ms(time_ns):
    return round((time_ns - T0) / 1e6)
