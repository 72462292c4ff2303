"""Where the time between the user's last word and the agent's first sound went."""

from collections.abc import Iterable, Sequence

from observability.livekit.chat_items import ChatItem
from observability.livekit.model_spans import function_tool
from observability.records import SpanRecord
from observability.timeline.answering import SAME_MOMENT_NS, Answering, Work, sounding_tts
from observability.timeline.dialogue import Latency, LatencyPart, PartKind, PathStep
from observability.timeline.material import Material
from observability.timeline.spoken import Spoken
from observability.timeline.utterances import Utterance


def latency_of(material: Material, answering: Answering, path: Sequence[PathStep]) -> Latency:
    """The latency of one answer; `path` is its critical path."""
    figures = answering.figures
    parts = _parts(answering, path)
    return Latency(
        transcription_delay_ms=figures.transcription_delay_ms,
        end_of_turn_delay_ms=figures.end_of_turn_delay_ms,
        hook_ms=figures.hook_ms,
        llm_ttft_ms=figures.llm_ttft_ms,
        tts_ttfb_ms=figures.tts_ttfb_ms,
        playback_ms=figures.playback_ms,
        e2e_ms=answering.e2e_ms,
        e2e_source=answering.e2e_source,
        unexplained_ms=_sum_of(parts, "unexplained") if parts else None,
        parts=parts,
        reason=_reason(material, answering.speech, answering.sound_ns),
        impossible=_impossible(answering.said, answering.speech, answering.answer),
    )


def _parts(answering: Answering, path: Sequence[PathStep]) -> tuple[LatencyPart, ...]:
    """Until the turn has ended the waits, whatever was done beside them; from then on the critical path."""
    begin_ns, sound_ns = answering.begin_ns, answering.sound_ns
    if begin_ns is None or sound_ns is None:
        return ()
    parts: list[LatencyPart] = []
    cursor = begin_ns
    pieces: list[Work | PathStep] = [*answering.waits, *path]
    for piece in pieces:
        start_ns, end_ns = max(piece.start_ns, cursor), min(piece.end_ns, sound_ns)
        if start_ns < end_ns:
            parts.append(LatencyPart(piece.kind, start_ns, end_ns))
            cursor = end_ns
    return tuple(parts)


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
