"""What the user said, one by one: each is the beginning of a turn."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace

from observability.livekit.chat_items import ChatItem
from observability.livekit.sdk import Language
from observability.livekit.speech_spans import eou_detection, eou_wait, user_turn
from observability.records import SpanRecord
from observability.timeline.dialogue import EndOfTurn, Stretch
from observability.timeline.material import Material

MATCH_NS = 1_500_000_000
"""A chat item belongs to a user turn whose span its time misses by no more than this: rounding and late
transcripts."""
TIMES_AT_ONCE = 100
"""Of messages around one user turn, three each at most; earlier ones are not looked at."""
WORDS_WITHIN_NS = 10_000_000_000
"""After a speech its transcript has come, or the words are no transcript of it: they were typed."""


@dataclass(frozen=True, slots=True)
class Utterance:
    start_ns: int
    end_ns: int
    """When the turn was committed, or when its words arrived."""
    text: str
    spoken_until_ns: int | None
    speaking: tuple[Stretch, ...] = ()
    committed_ns: int | None = None
    confidence: float | None = None
    transcription_delay_ms: float | None = None
    end_of_turn_delay_ms: float | None = None
    hook_ms: float | None = None
    waits: tuple[EndOfTurn, ...] = ()
    span_id: str = ""
    item: ChatItem | None = None
    impossible: tuple[str, ...] = ()
    span_ids: tuple[str, ...] = field(default=())


def utterances(material: Material) -> list[Utterance]:
    """From user turn spans; where there are none from the user's chat items; while live also from
    speaking alone."""
    from_spans = [_of_span(material, span) for span in material.named("user_turn") if _is_committed(span)]
    messages = [item for item in material.items if item.type == "message" and item.role == "user"]
    told, unmatched = _with_items(from_spans, messages)
    told += _of_items(material, unmatched, {said.span_id for said in from_spans})
    if not told or material.is_live:
        told += _of_speaking(material, after_ns=max((said.end_ns for said in told), default=0))
    return sorted(told, key=lambda said: (said.start_ns, said.end_ns))


def _is_committed(span: SpanRecord) -> bool:
    """Where words are redacted or not kept, a measured end of turn shows that it was (docs/contract.md §6.3)."""
    told = ("lk.pii.user_transcript", "lk.user_transcript", "lk.end_of_turn_delay")
    return any(name in span["attributes"] for name in told)


def _of_span(material: Material, span: SpanRecord) -> Utterance:
    language = material.language(span)
    fact = user_turn(span, language)
    speaking = tuple(
        Stretch(s["start_ns"], s["end_ns"]) for s in material.below(span["span_id"], "user_speaking")
    )
    delay_ms = fact.end_of_turn_delay_ms
    before_commit = None if delay_ms is None else span["end_ns"] - round(delay_ms * 1e6)
    return Utterance(
        start_ns=span["start_ns"],
        end_ns=span["end_ns"],
        text=fact.transcript,
        spoken_until_ns=max((stretch.end_ns for stretch in speaking), default=before_commit),
        speaking=speaking,
        committed_ns=span["end_ns"],
        confidence=fact.confidence,
        transcription_delay_ms=fact.transcription_delay_ms,
        end_of_turn_delay_ms=delay_ms,
        hook_ms=_hook_ms(material, span),
        waits=_waits(material, span, language),
        span_id=span["span_id"],
        impossible=fact.impossible,
        span_ids=(span["span_id"],),
    )


def _hook_ms(material: Material, span: SpanRecord) -> float | None:
    hooks = material.below(span["span_id"], "on_user_turn_completed")
    return (hooks[-1]["end_ns"] - hooks[-1]["start_ns"]) / 1e6 if hooks else None


def _waits(material: Material, span: SpanRecord, language: Language) -> tuple[EndOfTurn, ...]:
    """`eou_wait` with the model's decisions inside; before Python 1.8.2 and in Node the decisions alone
    (§6.3)."""
    waits = material.below(span["span_id"], "eou_wait")
    if not waits:
        decisions = material.below(span["span_id"], "eou_detection")
        return tuple(_decision(decision, language) for decision in decisions)
    return tuple(_wait(material, wait, language) for wait in waits)


def _wait(material: Material, wait: SpanRecord, language: Language) -> EndOfTurn:
    fact = eou_wait(wait, language)
    decisions = material.below(wait["span_id"], "eou_detection")
    waited = EndOfTurn(
        wait["start_ns"],
        wait["end_ns"],
        fact.outcome,
        fact.source,
        fact.endpointing_delay_ms,
        None,
        None,
        None,
        wait["span_id"],
    )
    if not decisions:
        return waited
    last = _decision(decisions[-1], language)
    return replace(waited, probability=last.probability, threshold=last.threshold, decided_ns=last.decided_ns)


def _decision(span: SpanRecord, language: Language) -> EndOfTurn:
    fact = eou_detection(span, language)
    return EndOfTurn(
        start_ns=span["start_ns"],
        end_ns=span["end_ns"],
        outcome="",
        source=fact.source,
        endpointing_delay_ms=fact.endpointing_delay_ms,
        probability=fact.probability,
        threshold=fact.threshold,
        decided_ns=span["end_ns"],
        span_id=span["span_id"],
    )


def _with_items(told: list[Utterance], messages: list[ChatItem]) -> tuple[list[Utterance], list[ChatItem]]:
    """Each utterance with its chat item, and the messages that belong to none.

    By words first. The agent's own code may rewrite a message before the model reads it, while the span keeps the
    words as heard, so what is left is joined by time.
    """
    near = _near(told, messages)
    found: dict[int, int] = {}
    taken: set[int] = set()
    alike = (pair for pair in near if _says_the_same(messages[pair[1]], told[pair[0]]))
    for number, place in (*alike, *_by_time(near, told, messages)):
        if number not in found and place not in taken:
            found[number] = place
            taken.add(place)
    joined = [
        _with_item(said, messages[found[number]]) if number in found else said
        for number, said in enumerate(told)
    ]
    return joined, [item for place, item in enumerate(messages) if place not in taken]


def _near(told: list[Utterance], messages: list[ChatItem]) -> list[tuple[int, int]]:
    """The place of each utterance with that of each message that may be its own."""
    moments = sorted((ns, place) for place, item in enumerate(messages) for ns in _times(item))
    pairs = []
    for number, said in enumerate(told):
        first = bisect_left(moments, (said.start_ns - MATCH_NS, 0))
        last = bisect_right(moments, (said.end_ns + MATCH_NS, len(messages)))
        places = sorted({place for _ns, place in moments[max(first, last - TIMES_AT_ONCE) : last]})
        pairs += [(number, place) for place in places]
    return pairs


def _times(item: ChatItem) -> list[int]:
    return [ns for ns in (item.started_speaking_ns, item.stopped_speaking_ns, item.created_ns) if ns]


def _says_the_same(item: ChatItem, said: Utterance) -> bool:
    return not said.text or not item.text or item.text.strip() == said.text.strip()


def _by_time(
    near: list[tuple[int, int]], told: list[Utterance], messages: list[ChatItem]
) -> list[tuple[int, int]]:
    """Those that were spoken together, the nearest first."""
    apart = [(_apart_ns(messages[place], told[number]), number, place) for number, place in near]
    return [(number, place) for _ns, number, place in sorted(far for far in apart if far[0] is not None)]


def _apart_ns(item: ChatItem, said: Utterance) -> int | None:
    """How far apart both began, or, if the item does not say when it was spoken, how far its creation is from the
    end of the turn; None if it was spoken at another time."""
    start, created = item.started_speaking_ns, item.created_ns
    if start is None:
        return abs((created or 0) - said.end_ns)
    stop = item.stopped_speaking_ns or created or start
    return abs(start - said.start_ns) if start <= said.end_ns and stop >= said.start_ns else None


def _with_item(said: Utterance, item: ChatItem) -> Utterance:
    return replace(said, item=item, text=said.text or item.text)


def _of_items(material: Material, items: list[ChatItem], committed: set[str]) -> list[Utterance]:
    """A realtime model's user, a turn whose spans were lost, or words that were typed."""
    speaking = material.named("user_speaking")
    timed = sorted(filter(_moment_ns, items), key=_moment_ns)
    taken: set[str] = set()
    told = []
    for item in timed:
        span = _heard_before(speaking, _moment_ns(item))
        if span is None or span["span_id"] in taken or span["parent_span_id"] in committed:
            span = None
        else:
            taken.add(span["span_id"])
        told.append(_of_item(item, span))
    return told


def _moment_ns(item: ChatItem) -> int:
    return item.created_ns or item.started_speaking_ns or 0


def _heard_before(speaking: list[SpanRecord], moment_ns: int) -> SpanRecord | None:
    """The last speech that had begun, unless it is too old for its words to come only now."""
    before = bisect_right(speaking, moment_ns, key=lambda span: span["start_ns"])
    if not before or moment_ns > speaking[before - 1]["end_ns"] + WORDS_WITHIN_NS:
        return None
    return speaking[before - 1]


def _of_item(item: ChatItem, heard: SpanRecord | None) -> Utterance:
    """`heard` is the speech that the words are of if the item does not say when it was spoken."""
    start, stop = item.started_speaking_ns, item.stopped_speaking_ns
    if start is None and heard is not None:
        start, stop = heard["start_ns"], heard["end_ns"]
    elif start is None:
        start, stop = _moment_ns(item), None
    return Utterance(
        start_ns=start,
        end_ns=max(_moment_ns(item), stop or 0, start),
        text=item.text,
        spoken_until_ns=stop,
        speaking=(Stretch(start, stop),) if stop is not None else (),
        confidence=item.confidence,
        transcription_delay_ms=item.metrics.get("transcription_delay_ms"),
        end_of_turn_delay_ms=item.metrics.get("end_of_turn_delay_ms"),
        hook_ms=item.metrics.get("hook_ms"),
        item=item,
        impossible=item.impossible,
    )


def _of_speaking(material: Material, after_ns: int) -> list[Utterance]:
    """Stretches of speech between two answers: words not known (yet)."""
    answers = [span["start_ns"] for span in material.named("agent_turn", "agent_speaking")]
    groups: list[list[SpanRecord]] = []
    for span in material.named("user_speaking"):
        if span["start_ns"] <= after_ns:
            continue
        previous = groups[-1][-1]["end_ns"] if groups else 0
        first_after = bisect_left(answers, previous)
        if groups and (first_after == len(answers) or answers[first_after] > span["start_ns"]):
            groups[-1].append(span)
        else:
            groups.append([span])
    return [_of_group(group) for group in groups]


def _of_group(group: list[SpanRecord]) -> Utterance:
    end_ns = max(span["end_ns"] for span in group)
    return Utterance(
        start_ns=group[0]["start_ns"],
        end_ns=end_ns,
        text="",
        spoken_until_ns=end_ns,
        speaking=tuple(Stretch(span["start_ns"], span["end_ns"]) for span in group),
        span_ids=tuple(span["span_id"] for span in group),
    )
