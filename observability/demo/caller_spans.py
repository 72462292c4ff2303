"""The spans of what a caller did: speaking, and when that was taken for a turn (docs/contract.md §6.3)."""

import json
from typing import Any

from observability.demo.chat import History, Item, as_context_entry
from observability.demo.models import STT
from observability.demo.pace import Pace, ms, seconds
from observability.demo.plan import Answer, CallerTurn, Plan, Wait
from observability.demo.tree import Event, Log, Span

INTERIM_EVERY_NS = ms(360)
LIKELY_OVER = 0.15


def caller_turn(plan: Plan, answer: Answer, caller: CallerTurn, history: History) -> Span:
    who = caller_attributes(plan)
    known = [item for item in history.before(answer.steps[0]) if item.kind == "message"][-6:]
    hook = Span(
        "on_user_turn_completed",
        caller.committed_ns + ms(0.3),
        caller.committed_ns + ms(0.464),
        {"lk.agent_label": answer.role.label},
        logs=_notes(answer, caller),
    )
    resumed = len(caller.waits) - 1
    return Span(
        "user_turn",
        caller.start_ns,
        caller.committed_ns + ms(0.6),
        {
            **STT.span_attributes,
            **who,
            "lk.pii.user_transcript": caller.text,
            "lk.transcript_confidence": caller.confidence,
            "lk.transcription_delay": seconds(caller.transcribed_ns - caller.silent_ns),
            "lk.end_of_turn_delay": seconds(caller.committed_ns - caller.silent_ns),
            "lk.provider_request_ids": [Pace(plan.script.job_id + "/stt").id("stt_req_")],
            "lk.stt.events": json.dumps(_stt_events(caller)),
            **({"lk.eou.resume_count": resumed} if resumed else {}),
        },
        children=(
            *(Span("user_speaking", one.start_ns, one.end_ns, who) for one in caller.stretches),
            *(_eou_wait(wait, known) for wait in caller.waits),
            hook,
        ),
    )


def caller_attributes(plan: Plan) -> dict[str, str]:
    caller = plan.script.caller
    return {
        "lk.participant_id": caller.participant_id,
        "lk.pii.participant_identity": caller.identity,
        "lk.participant_kind": caller.kind,
    }


def _stt_events(caller: CallerTurn) -> list[dict[str, Any]]:
    """Interim transcripts while the caller speaks, and the final one."""
    span_ns = caller.silent_ns - caller.start_ns
    heard = [
        (at_ns, "interim_transcript", len(caller.text) * (at_ns - caller.start_ns) // span_ns)
        for at_ns in range(caller.start_ns + INTERIM_EVERY_NS, caller.silent_ns, INTERIM_EVERY_NS)
    ]
    final = (caller.transcribed_ns, "final_transcript", len(caller.text))
    return [
        {"received_at": seconds(at_ns), "type": kind, "transcript_length": length}
        for at_ns, kind, length in (*heard, final)
    ]


def _eou_wait(wait: Wait, known: list[Item]) -> Span:
    context = [as_context_entry(item) for item in known]
    delay = 0.4 if wait.probability > LIKELY_OVER else 2.5
    asked_ns = min(wait.start_ns + ms(360), wait.end_ns - ms(24))
    detection = Span(
        "eou_detection",
        asked_ns,
        asked_ns + ms(21.3),
        {
            "lk.pii.chat_ctx": json.dumps({"items": context}),
            "lk.eou.endpointing_delay": delay,
            "lk.eou.language": "en",
            "lk.eou.source": "vad",
            "lk.eou.from_cache": False,
            "lk.eou.probability": wait.probability,
            "lk.eou.unlikely_threshold": LIKELY_OVER,
        },
    )
    return Span(
        "eou_wait",
        wait.start_ns,
        wait.end_ns,
        {
            "lk.eou.source": "vad",
            "lk.eou.endpointing_delay": delay,
            "lk.eou.outcome": "committed" if wait.committed else "user_resumed",
            "lk.eou.wait_duration": seconds(wait.end_ns - wait.start_ns),
            "lk.eou.rearm_count": 0,
            "lk.eou.not_committed_count": 0,
        },
        children=(detection,),
        events=() if wait.committed else (Event("user_resumed", wait.end_ns),),
    )


def _notes(answer: Answer, caller: CallerTurn) -> tuple[Log, ...]:
    at_ns = caller.committed_ns + ms(0.35)
    return tuple(
        Log(at_ns + ms(note.after_ms), note.logger, note.level, note.text, note.extra)
        for note in answer.turn.notes
    )
