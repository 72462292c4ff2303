"""What was at work between the user's last word and the agent's first sound, and how long the SDK says it took."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from observability.livekit.chat_items import ChatItem
from observability.livekit.model_spans import llm_node, tts_first_ms
from observability.records import SpanRecord
from observability.timeline.dialogue import PartKind
from observability.timeline.material import Material
from observability.timeline.spoken import Spoken
from observability.timeline.utterances import Utterance

SAME_MOMENT_NS = 5_000_000
"""Clocks are read one after the other, and Node's count whole milliseconds: what ends this little after
something began may still have been waited for. Older SDKs start the TTS node within a millisecond of the
LLM node that feeds it."""
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


@dataclass(frozen=True, slots=True)
class Work:
    """Something that what came later may have waited for."""

    kind: PartKind
    span_id: str
    """"" if no span tells of it."""
    start_ns: int
    end_ns: int
    """Of a synthesis its first byte."""
    first_ns: int | None = None
    """First token of an LLM step; None if it gave none, or if only its end tells what it wants (tools)."""


@dataclass(frozen=True, slots=True)
class Answering:
    said: Utterance | None
    speech: Spoken | None
    answer: ChatItem | None
    figures: Figures
    e2e_ms: float | None
    e2e_source: Literal["sdk", "spans", ""]
    begin_ns: int | None
    """The last word as the SDK timed it: first sound less `e2e_ms`. None if either is unknown."""
    sound_ns: int | None
    waits: tuple[Work, ...] = ()
    """Until the turn had ended, one after the other; empty without `begin_ns`."""
    works: tuple[Work, ...] = ()
    """LLM steps, tools and the synthesis on the way to the first sound; they may overlap, each other and
    the waits."""


def answering_of(
    material: Material, said: Utterance | None, speech: Spoken | None, answer: ChatItem | None
) -> Answering:
    """From spans and, where those are missing, from chat items."""
    figures = _figures(said, speech, answer)
    sound_ns = first_sound_ns(speech, answer)
    e2e_ms, source = figures.e2e_ms, "sdk" if figures.e2e_ms is not None else ""
    if e2e_ms is None and said is not None and said.spoken_until_ns and sound_ns:
        waited_ms = (sound_ns - said.spoken_until_ns) / 1e6
        e2e_ms, source = (waited_ms, "spans") if 0 < waited_ms < LONGEST_E2E_MS else (None, "")
    begin_ns = _begin_ns(sound_ns, e2e_ms)
    waits = tuple(_waits(material, said, figures, begin_ns)) if begin_ns is not None else ()
    return Answering(
        said=said,
        speech=speech,
        answer=answer,
        figures=figures,
        e2e_ms=e2e_ms,
        e2e_source="sdk" if source == "sdk" else "spans" if source == "spans" else "",
        begin_ns=begin_ns,
        sound_ns=sound_ns,
        waits=waits,
        works=_works(material, speech, figures, waits[-1].end_ns if waits else begin_ns),
    )


def first_sound_ns(speech: Spoken | None, answer: ChatItem | None) -> int | None:
    if speech is not None and speech.speaking:
        return min(stretch.start_ns for stretch in speech.speaking)
    return answer.started_speaking_ns if answer is not None else None


def sounding_tts(speech: Spoken) -> SpanRecord | None:
    """The synthesis that was heard first: the first that gave sound before the agent was heard."""
    sound_ns = first_sound_ns(speech, None)
    for part in speech.parts:
        if part["name"] == "tts_node" and tts_first_ms(part) is not None:
            return part if sound_ns is None or part["start_ns"] <= sound_ns else None
    return None


def _begin_ns(sound_ns: int | None, e2e_ms: float | None) -> int | None:
    if sound_ns is None or e2e_ms is None or not 0 < e2e_ms < LONGEST_E2E_MS:
        return None
    return sound_ns - _ns(e2e_ms)


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


def _waits(material: Material, said: Utterance | None, figures: Figures, begin_ns: int) -> Iterable[Work]:
    """Both delays count from the last word; the hook runs when the turn has ended."""
    turn_id = said.span_id if said is not None else ""
    heard_ns = begin_ns + _ns(figures.transcription_delay_ms)
    decided_ns = begin_ns + _ns(figures.end_of_turn_delay_ms)
    if figures.transcription_delay_ms:
        yield Work("transcription", turn_id, begin_ns, heard_ns)
    if decided_ns > heard_ns:
        waited_in = _last_below(material, turn_id, "eou_wait", "eou_detection")
        yield Work("end_of_turn", waited_in, heard_ns, decided_ns)
    if figures.hook_ms:
        hook_from_ns = max(heard_ns, decided_ns)
        ran_in = _last_below(material, turn_id, "on_user_turn_completed")
        yield Work("hook", ran_in, hook_from_ns, hook_from_ns + _ns(figures.hook_ms))


def _last_below(material: Material, turn_id: str, *names: str) -> str:
    """The turn itself where an SDK has no span of its own for it."""
    found = material.below(turn_id, *names) if turn_id else []
    return found[-1]["span_id"] if found else turn_id


def _works(
    material: Material, speech: Spoken | None, figures: Figures, from_ns: int | None
) -> tuple[Work, ...]:
    if from_ns is None:
        return ()
    return tuple(_guessed(figures, from_ns) if speech is None else _of_spans(material, speech))


def _of_spans(material: Material, speech: Spoken) -> Iterable[Work]:
    """What begins, or a tool that ends, after the voice began is not on its way."""
    voice = sounding_tts(speech)
    until_ns = voice["start_ns"] + SAME_MOMENT_NS if voice is not None else speech.end_ns
    for part in speech.parts:
        if part["start_ns"] > until_ns:
            continue
        if part["name"] in ("llm_node", "realtime_inference"):
            first_ns = _first_ns(material, part)
            yield Work("llm", part["span_id"], part["start_ns"], part["end_ns"], first_ns)
        elif part["name"] == "function_tool" and part["end_ns"] <= until_ns:
            yield Work("tool", part["span_id"], part["start_ns"], part["end_ns"])
    if voice is not None:
        first_ns = voice["start_ns"] + _ns(tts_first_ms(voice))
        yield Work("tts", voice["span_id"], voice["start_ns"], first_ns)


def _first_ns(material: Material, part: SpanRecord) -> int | None:
    if part["name"] == "llm_node":
        fact = llm_node(part)
        first_ms = None if fact.calls and not fact.text else fact.ttft_ms
    else:
        first_ms = material.requests[part["span_id"]].first_ms
    return None if first_ms is None else part["start_ns"] + _ns(first_ms)


def _guessed(figures: Figures, from_ns: int) -> Iterable[Work]:
    """Without spans: one after the other, as if nothing had overlapped."""
    token_ns = from_ns + _ns(figures.llm_ttft_ms)
    yield Work("llm", "", from_ns, token_ns, token_ns)
    yield Work("tts", "", token_ns, token_ns + _ns(figures.tts_ttfb_ms))


def _ns(duration_ms: float | None) -> int:
    return round((duration_ms or 0.0) * 1e6)


def _known(*candidates: float | None) -> float | None:
    return next((candidate for candidate in candidates if candidate is not None), None)
