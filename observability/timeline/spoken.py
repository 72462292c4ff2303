"""What the agent said, one by one, with its LLM steps (docs/contract.md §6.4, §6.5).

One speech is one `lk.speech_id`: a single `agent_turn` span in Python ≥ 1.8.2, one span per LLM step
elsewhere, and only
the children of a span that has not arrived while the agent still speaks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from observability.livekit.model_spans import llm_node
from observability.livekit.span_facts import AgentTurn
from observability.livekit.values import mapping, text
from observability.records import SpanRecord
from observability.timeline.dialogue import Stretch
from observability.timeline.material import Material

PARTS_OF_A_SPEECH = ("llm_node", "tts_node", "function_tool", "agent_speaking", "realtime_inference")
JUST_AFTER_NS = 2_000_000
"""An `llm_node` may begin this much before the `generation` event that announces it: clocks are read
one after the other."""


@dataclass(frozen=True, slots=True)
class Step:
    """One LLM step of a speech."""

    start_ns: int
    text: str
    confirmed: bool
    """The SDK says so in a finished turn; otherwise the words are only known to be generated."""
    span_id: str


@dataclass(frozen=True, slots=True)
class Spoken:
    speech_id: str
    start_ns: int
    end_ns: int
    facts: tuple[AgentTurn, ...]
    """One per agent_turn span; empty while the agent still speaks."""
    steps: tuple[Step, ...]
    speaking: tuple[Stretch, ...]
    parts: tuple[SpanRecord, ...]
    """The direct children: llm_node, tts_node, function_tool, agent_speaking, realtime_inference."""
    discarded: bool
    preempted: bool
    """An earlier attempt at this answer was thrown away."""
    span_ids: tuple[str, ...]
    failed: bool

    @property
    def id(self) -> str:
        """While it still lasts, and on SDKs that do not name it, that of its span."""
        return self.speech_id or self.span_ids[0]

    @property
    def is_running(self) -> bool:
        return not self.facts

    @property
    def interrupted(self) -> bool | None:
        told = [fact.interrupted for fact in self.facts if fact.interrupted is not None]
        return any(told) if told else None


def speeches_of(material: Material) -> list[Spoken]:
    """All speeches by start, discarded ones marked."""
    facts = material.agent_turns
    discarded = {speech for fact in facts.values() for speech in fact.discarded_speech_ids}
    says_interrupted = any(fact.interrupted is not None for fact in facts.values())
    grouped: dict[str, list[SpanRecord]] = {}
    for span in material.named("agent_turn"):
        grouped.setdefault(facts[span["span_id"]].speech_id or span["span_id"], []).append(span)
    told = [_speech(material, spans, discarded, says_interrupted) for spans in grouped.values()]
    return sorted(told + _running(material), key=lambda speech: (speech.start_ns, speech.end_ns))


def _speech(
    material: Material, spans: list[SpanRecord], discarded: set[str], says_interrupted: bool
) -> Spoken:
    facts = tuple(material.agent_turns[span["span_id"]] for span in spans)
    parts = [part for span in spans for part in _parts(material, span, discarded)]
    speaking = _speaking(parts)
    unspoken = says_interrupted and all(fact.interrupted is None and not fact.failed for fact in facts)
    speech_id = next((fact.speech_id for fact in facts if fact.speech_id), "")
    steps = tuple(step for span in spans for step in _steps(material, span, discarded))
    return Spoken(
        speech_id=speech_id,
        start_ns=min(span["start_ns"] for span in spans),
        end_ns=max(span["end_ns"] for span in spans),
        facts=facts,
        steps=steps,
        speaking=speaking,
        parts=tuple(sorted(parts, key=lambda part: part["start_ns"])),
        discarded=speech_id in discarded or (unspoken and not speaking),
        preempted=any(fact.discarded_speech_ids for fact in facts),
        span_ids=tuple(span["span_id"] for span in spans),
        failed=any(fact.failed for fact in facts) or (not steps and _model_failed(material, parts)),
    )


def _parts(material: Material, span: SpanRecord, discarded: set[str]) -> list[SpanRecord]:
    """The direct children, without the LLM nodes of a discarded speech, which stand in the span of the
    real one."""
    parts = material.below(span["span_id"], *PARTS_OF_A_SPEECH)
    return [part for part in parts if part["name"] != "llm_node" or not _belongs_to(part, span, discarded)]


def _model_failed(material: Material, parts: Iterable[SpanRecord]) -> bool:
    """Node reports an LLM failure on the last attempt only, its turn stays as if nothing had been
    (docs/contract.md §6.4)."""
    for node in parts:
        for request in material.children.get(node["span_id"], ()) if node["name"] == "llm_node" else ():
            attempts = material.below(request["span_id"], "llm_request_run")
            if attempts and attempts[-1]["status"]["code"] == 2:
                return True
    return False


def _steps(material: Material, span: SpanRecord, discarded: set[str]) -> list[Step]:
    """The words of a span: its own text for the last step with words, what its LLM nodes generated for
    those before it."""
    fact = material.agent_turns[span["span_id"]]
    nodes = [
        node for node in material.below(span["span_id"], "llm_node") if not _belongs_to(node, span, discarded)
    ]
    nodes = [node for node in nodes if not llm_node(node).is_wordless] or nodes
    earlier = [Step(node["start_ns"], llm_node(node).text, True, node["span_id"]) for node in nodes[:-1]]
    last = nodes[-1] if nodes else None
    generated = llm_node(last).text if last is not None and not _says_its_text(material) else ""
    start_ns = last["start_ns"] if last is not None else span["start_ns"]
    final = Step(start_ns, fact.text or generated, True, span["span_id"])
    return [step for step in [*earlier, final] if step.text]


def _says_its_text(material: Material) -> bool:
    """Node 1.0 has no text on `agent_turn` at all; elsewhere a turn without text said nothing."""
    return any(fact.has_text for fact in material.agent_turns.values())


def _belongs_to(node: SpanRecord, span: SpanRecord, discarded: set[str]) -> bool:
    """Whether an LLM node is the work of a discarded speech, by the last `generation` event before it."""
    if not discarded:
        return False
    latest = ""
    for event in span.get("events", ()):
        if event.get("name") == "generation" and event["time_ns"] <= node["start_ns"] + JUST_AFTER_NS:
            latest = text(mapping(event.get("attributes")).get("lk.generation_id"))
    return latest.rpartition("_")[0] in discarded


def _running(material: Material) -> list[Spoken]:
    """Speeches whose span has not arrived (or never will): children that name a parent nobody knows."""
    orphans: dict[str, list[SpanRecord]] = {}
    for span in material.named(*PARTS_OF_A_SPEECH):
        parent = span["parent_span_id"]
        if parent and parent not in material.by_id:
            orphans.setdefault(parent, []).append(span)
    return [_unfinished(parent, parts) for parent, parts in orphans.items()]


def _unfinished(parent: str, parts: list[SpanRecord]) -> Spoken:
    nodes = (part for part in parts if part["name"] == "llm_node")
    steps = (Step(node["start_ns"], llm_node(node).text, False, node["span_id"]) for node in nodes)
    return Spoken(
        speech_id="",
        start_ns=min(part["start_ns"] for part in parts),
        end_ns=max(part["end_ns"] for part in parts),
        facts=(),
        steps=tuple(step for step in steps if step.text),
        speaking=_speaking(parts),
        parts=tuple(parts),
        discarded=False,
        preempted=False,
        span_ids=(parent,),
        failed=False,
    )


def _speaking(parts: Iterable[SpanRecord]) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(part["start_ns"], part["end_ns"]) for part in parts if part["name"] == "agent_speaking"
    )
