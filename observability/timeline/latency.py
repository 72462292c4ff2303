"""Where the time between the user's last word and the agent's first sound went."""

from collections.abc import Iterable
from dataclasses import dataclass

from observability.livekit.chat_items import ChatItem
from observability.livekit.model_spans import function_tool, llm_node, tts_first_ms
from observability.records import SpanRecord
from observability.timeline.dialogue import Latency, LatencyPart, PartKind
from observability.timeline.material import Material
from observability.timeline.spoken import Spoken
from observability.timeline.utterances import Utterance

SAME_MOMENT_NS = 5_000_000
"""Older SDKs start the TTS node within a millisecond of the LLM node that feeds it."""
LONGEST_E2E_MS = 600_000.0


@dataclass(frozen=True, slots=True)
class Figures:
    transcription_delay_ms: float | None
    end_of_turn_delay_ms: float | None
    hook_ms: float | None
    llm_ttft_ms: float | None
    tts_ttfb_ms: float | None
    playback_ms: float | None
    e2e_ms: float | None


def latency_of(
    material: Material, said: Utterance | None, speech: Spoken | None, answer: ChatItem | None
) -> Latency:
    """The latency of one answer, from its spans and, where those are missing, from its chat items."""
    figures = _figures(said, speech, answer)
    sound_ns = first_sound_ns(speech, answer)
    e2e_ms, source = figures.e2e_ms, "sdk" if figures.e2e_ms is not None else ""
    if e2e_ms is None and said is not None and said.spoken_until_ns and sound_ns:
        waited_ms = (sound_ns - said.spoken_until_ns) / 1e6
        e2e_ms, source = (waited_ms, "spans") if 0 < waited_ms < LONGEST_E2E_MS else (None, "")
    parts = _parts(figures, speech, sound_ns, e2e_ms)
    return Latency(
        transcription_delay_ms=figures.transcription_delay_ms,
        end_of_turn_delay_ms=figures.end_of_turn_delay_ms,
        hook_ms=figures.hook_ms,
        llm_ttft_ms=figures.llm_ttft_ms,
        tts_ttfb_ms=figures.tts_ttfb_ms,
        playback_ms=figures.playback_ms,
        e2e_ms=e2e_ms,
        e2e_source="sdk" if source == "sdk" else "spans" if source == "spans" else "",
        unexplained_ms=_sum_of(parts, "unexplained") if parts else None,
        parts=parts,
        reason=_reason(material, speech, sound_ns),
        impossible=_impossible(said, speech, answer),
    )


def first_sound_ns(speech: Spoken | None, answer: ChatItem | None) -> int | None:
    if speech is not None and speech.speaking:
        return min(stretch.start_ns for stretch in speech.speaking)
    return answer.started_speaking_ns if answer is not None else None


def _figures(said: Utterance | None, speech: Spoken | None, answer: ChatItem | None) -> Figures:
    facts = speech.facts if speech is not None else ()
    asked = said.item.metrics if said is not None and said.item is not None else {}
    answered = answer.metrics if answer is not None else {}
    ttft_ms, ttfb_ms = _first_tokens(speech)
    return Figures(
        transcription_delay_ms=_known(
            said.transcription_delay_ms if said is not None else None,
            *(fact.transcription_delay_ms for fact in facts),
            asked.get("transcription_delay_ms"),
        ),
        end_of_turn_delay_ms=_known(
            said.end_of_turn_delay_ms if said is not None else None,
            *(fact.end_of_turn_delay_ms for fact in facts),
            asked.get("end_of_turn_delay_ms"),
        ),
        hook_ms=_known(
            *(fact.hook_ms for fact in facts),
            asked.get("hook_ms"),
            said.hook_ms if said is not None else None,
        ),
        llm_ttft_ms=_known(ttft_ms, answered.get("llm_ttft_ms")),
        tts_ttfb_ms=_known(ttfb_ms, answered.get("tts_ttfb_ms")),
        playback_ms=answered.get("playback_latency_ms"),
        e2e_ms=_known(*(fact.e2e_ms for fact in facts), answered.get("e2e_ms")),
    )


def _first_tokens(speech: Spoken | None) -> tuple[float | None, float | None]:
    """First token of the LLM step whose words sounded first, first byte of its synthesis."""
    if speech is None:
        return None, None
    voice = sounding_tts(speech)
    until_ns = voice["start_ns"] + SAME_MOMENT_NS if voice is not None else speech.end_ns
    nodes = [
        llm_node(part).ttft_ms
        for part in speech.parts
        if part["name"] == "llm_node" and part["start_ns"] <= until_ns
    ]
    return _known(*reversed(nodes)), tts_first_ms(voice) if voice is not None else None


def sounding_tts(speech: Spoken) -> SpanRecord | None:
    """The synthesis that was heard first: the first that gave sound before the agent was heard."""
    sound_ns = first_sound_ns(speech, None)
    for part in speech.parts:
        if part["name"] == "tts_node" and tts_first_ms(part) is not None:
            return part if sound_ns is None or part["start_ns"] <= sound_ns else None
    return None


def _parts(
    figures: Figures, speech: Spoken | None, sound_ns: int | None, e2e_ms: float | None
) -> tuple[LatencyPart, ...]:
    """Split [last word, first sound] into its parts; what no part covers is unexplained."""
    if sound_ns is None or e2e_ms is None or not 0 < e2e_ms < LONGEST_E2E_MS:
        return ()
    begin_ns = sound_ns - round(e2e_ms * 1e6)
    known = [*_before_commit(figures, begin_ns)]
    known += _work(speech) if speech is not None else _guessed(figures, known[-1][2] if known else begin_ns)
    if figures.playback_ms:
        known.append(("playback", sound_ns - _ns(figures.playback_ms), sound_ns))
    parts: list[LatencyPart] = []
    cursor = begin_ns
    for kind, from_ns, until_ns in known:
        start_ns, end_ns = max(from_ns, cursor), min(until_ns, sound_ns)
        if end_ns <= start_ns:
            continue
        if start_ns > cursor:
            parts.append(LatencyPart("unexplained", cursor, start_ns))
        parts.append(LatencyPart(kind, start_ns, end_ns))
        cursor = end_ns
    if cursor < sound_ns:
        parts.append(LatencyPart("unexplained", cursor, sound_ns))
    return tuple(parts)


Known = tuple[PartKind, int, int]


def _before_commit(figures: Figures, begin_ns: int) -> Iterable[Known]:
    """Both delays count from the last word; the hook runs when the turn has ended."""
    heard_ns = begin_ns + _ns(figures.transcription_delay_ms)
    decided_ns = begin_ns + _ns(figures.end_of_turn_delay_ms)
    if figures.transcription_delay_ms:
        yield "transcription", begin_ns, heard_ns
    if decided_ns > heard_ns:
        yield "end_of_turn", heard_ns, decided_ns
    if figures.hook_ms:
        hook_from_ns = max(heard_ns, decided_ns)
        yield "hook", hook_from_ns, hook_from_ns + _ns(figures.hook_ms)


def _work(speech: Spoken) -> list[Known]:
    """LLM steps, tools and synthesis on the way to the first sound; what runs beside the voice is not
    on it."""
    voice = sounding_tts(speech)
    until_ns = voice["start_ns"] + SAME_MOMENT_NS if voice is not None else speech.end_ns
    found: list[Known] = []
    for part in speech.parts:
        if part["start_ns"] > until_ns:
            continue
        if part["name"] == "llm_node":
            found.append(("llm", part["start_ns"], _llm_until(part)))
        elif part["name"] == "function_tool":
            found = [(kind, start, min(end, part["start_ns"])) for kind, start, end in found]
            found.append(("tool", part["start_ns"], part["end_ns"]))
    if voice is not None:
        found.append(("tts", voice["start_ns"], voice["start_ns"] + _ns(tts_first_ms(voice))))
    return sorted(found, key=lambda known: known[1])


def _llm_until(node: SpanRecord) -> int:
    """A step that calls tools counts whole, for the call is known at its end; another until its first
    token."""
    fact = llm_node(node)
    if fact.ttft_ms is None or (fact.calls and not fact.text):
        return node["end_ns"]
    return node["start_ns"] + _ns(fact.ttft_ms)


def _guessed(figures: Figures, from_ns: int) -> list[Known]:
    """Without spans: one after the other, as if nothing had overlapped."""
    first_token_ns = from_ns + _ns(figures.llm_ttft_ms)
    return [
        ("llm", from_ns, first_token_ns),
        ("tts", first_token_ns, first_token_ns + _ns(figures.tts_ttfb_ms)),
    ]


def _reason(material: Material, speech: Spoken | None, sound_ns: int | None) -> str:
    """What went wrong on the way, in a few words; "" if nothing did."""
    if speech is None:
        return ""
    voice = sounding_tts(speech)
    until_ns = voice["start_ns"] + SAME_MOMENT_NS if voice is not None else sound_ns or speech.end_ns
    before = [part for part in speech.parts if part["start_ns"] <= until_ns]
    reasons = [
        f"{fact.name} failed" for fact in map(function_tool, _of(before, "function_tool")) if fact.is_error
    ]
    asked = len(_of(before, "llm_node"))
    if asked > 1 and not speech.preempted:
        reasons.append("the model was asked twice" if asked == 2 else f"the model was asked {asked} times")
    if any(_was_retried(material, node, "llm_request_run") for node in _of(before, "llm_node")):
        reasons.append("the model had to be retried")
    if voice is not None and _was_retried(material, voice, "tts_request_run"):
        reasons.append("the voice had to be retried")
    return ", ".join(reasons)


def _was_retried(material: Material, node: SpanRecord, run: str) -> bool:
    requests = material.children.get(node["span_id"], ())
    return any(len(material.below(request["span_id"], run)) > 1 for request in requests)


def _of(parts: Iterable[SpanRecord], name: str) -> list[SpanRecord]:
    return [part for part in parts if part["name"] == name]


def _impossible(said: Utterance | None, speech: Spoken | None, answer: ChatItem | None) -> tuple[str, ...]:
    facts = speech.facts if speech is not None else ()
    names = [name for fact in facts for name in fact.impossible]
    names += said.impossible if said is not None else ()
    names += answer.impossible if answer is not None else ()
    return tuple(dict.fromkeys(names))


def _sum_of(parts: Iterable[LatencyPart], kind: PartKind) -> float:
    return sum(part.end_ns - part.start_ns for part in parts if part.kind == kind) / 1e6


def _ns(duration_ms: float | None) -> int:
    return round((duration_ms or 0.0) * 1e6)


def _known(*candidates: float | None) -> float | None:
    return next((candidate for candidate in candidates if candidate is not None), None)
