"""How long an answer takes: model, tools and voice, step after step."""

import json
import re

from observability.demo.pace import NS_PER_MS, NS_PER_S, Pace, ms, next_whole_ms
from observability.demo.plan import (
    Answer,
    CallerTurn,
    PlannedAttempt,
    PlannedCall,
    PlannedStep,
    Synthesis,
    Utterance,
)
from observability.demo.script import Call, Role, Step, Turn
from observability.demo.speech import spoken

AGENT_SYLLABLE_MS = 198
FADE_MS = 160
"""A word needs this much before the cut to count as heard."""
TOOL_CALL_TOKENS = 14

_FIRST_SENTENCE = re.compile(r".*?[.?!](?= |$)|.+")


def tokens_in(text: str) -> int:
    """About four characters a token, as models of this kind count English."""
    return -(-len(text) // 4)


def answer_to(turn: Turn, caller: CallerTurn | None, role: Role, start_ns: int, pace: Pace) -> Answer:
    speech_id = pace.id("speech_")
    may_speak_ns = caller.committed_ns if caller else start_ns
    steps: list[PlannedStep] = []
    if turn.failed_attempts:
        steps.append(_failing(turn, start_ns + ms(1.4), pace))
    for step in turn.steps:
        step_ns = steps[-1].done_ns + ms(2.1) if steps else start_ns + ms(1.4)
        steps.append(_planned(step, step_ns, may_speak_ns, pace))
    end_ns = max(steps[-1].done_ns + ms(0.6), may_speak_ns + ms(0.9))
    return Answer(speech_id, role, turn, caller, start_ns, end_ns, tuple(steps))


def _failing(turn: Turn, start_ns: int, pace: Pace) -> PlannedStep:
    attempts = []
    at_ns = start_ns + ms(0.9)
    for attempt in turn.failed_attempts:
        attempts.append(PlannedAttempt(attempt, at_ns, at_ns + ms(attempt.takes_ms)))
        at_ns = attempts[-1].end_ns + ms(attempt.retry_after_ms + 0.4)
    end_ns = attempts[-1].end_ns + ms(4.8)
    return PlannedStep(pace.id("item_"), "", "", "", start_ns, 0, 0, end_ns, 0, failed=tuple(attempts))


def _planned(step: Step, start_ns: int, may_speak_ns: int, pace: Pace) -> PlannedStep:
    output_tokens = tokens_in(step.text) + sum(_call_tokens(call) for call in step.calls)
    tokens_per_s = pace.share(58, 94)
    first_token_ns = start_ns + pace.between(225, 460)
    first_sentence = _FIRST_SENTENCE.match(step.text)
    sentence_tokens = tokens_in(first_sentence.group()) if first_sentence else 0
    end_ns = first_token_ns + int(output_tokens / tokens_per_s * NS_PER_S)
    sentence_ns = first_token_ns + int(sentence_tokens / tokens_per_s * NS_PER_S)
    synthesis = _synthesis(step, max(first_token_ns, may_speak_ns), max(sentence_ns, may_speak_ns), pace)
    return PlannedStep(
        item_id=pace.id("item_"),
        request_id=pace.id("chatcmpl_"),
        text=step.text,
        heard=_heard(step, synthesis),
        start_ns=start_ns,
        first_token_ns=first_token_ns,
        first_sentence_ns=sentence_ns,
        end_ns=end_ns,
        output_tokens=output_tokens,
        calls=tuple(_called(call, max(end_ns, may_speak_ns) + ms(1.2), pace) for call in step.calls),
        synthesis=synthesis,
    )


def _synthesis(step: Step, start_ns: int, sentence_ns: int, pace: Pace) -> Synthesis | None:
    if not step.text:
        return None
    speech = spoken(step.text, syllable_ms=AGENT_SYLLABLE_MS)
    pushed_ns = sentence_ns + ms(0.8)
    first_byte_ns = pushed_ns + pace.between(150, 330)
    heard_ns = next_whole_ms(first_byte_ns + ms(1.1))
    utterance = Utterance(speech, heard_ns, heard_ns + (step.cut_off_ms or speech.length_ms) * NS_PER_MS)
    made_ns = int(speech.length_ms * NS_PER_MS * pace.share(0.16, 0.24))
    end_ns = min(first_byte_ns + made_ns, utterance.end_ns - ms(1))
    return Synthesis(pace.id("tts_req_"), start_ns + ms(0.4), pushed_ns, first_byte_ns, end_ns, utterance)


def _heard(step: Step, synthesis: Synthesis | None) -> str:
    if synthesis is None or not step.cut_off_ms:
        return step.text
    return synthesis.utterance.speech.heard_until(step.cut_off_ms - FADE_MS)


def _called(call: Call, start_ns: int, pace: Pace) -> PlannedCall:
    return PlannedCall(call, pace.id("call_"), start_ns, start_ns + ms(call.takes_ms))


def _call_tokens(call: Call) -> int:
    return TOOL_CALL_TOKENS + tokens_in(json.dumps(dict(call.arguments)))
