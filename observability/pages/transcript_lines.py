"""The transcript as lines: words, tool calls with their results, handoffs, and where an answer stayed away."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from observability.pages.answer_time import is_slow
from observability.pages.failure_words import failure_words
from observability.pages.wording import duration, milliseconds, offset, seconds
from observability.records import Value
from observability.timeline.dialogue import TranscriptItem, Turn
from observability.timeline.marks import ToolCall
from observability.timeline.model import Timeline

STATE_WORDS = {
    "generated": "not confirmed yet",
    "speaking_unconfirmed": "being spoken",
    "failed": "broke off",
}
"""Of words whose turn has not come. Agents send what has ended every few seconds: a short answer is over before
anything tells that its voice began, so nothing here may claim that it was not spoken."""
STATE_WORDS_AFTERWARDS = STATE_WORDS | dict.fromkeys(("generated", "speaking_unconfirmed"), "never confirmed")
UNSURE_BELOW_PERCENT = 80
"""Shown at all times; a surer line tells it only while someone looks at it."""


NOT_KEPT = "result not kept"
"""Where transcripts are off: there may have been one."""


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    """user, agent, call, handoff, config, failure, note."""
    at_ms: float
    at: str
    key: str = ""
    """The same while the session lives and after its end, so that the page keeps a line that it has."""
    who: str = ""
    text: str = ""
    rest: str = ""
    """Of a failure: fields of the error beside its message."""
    is_cut: bool = False
    heard: str = ""
    """How long an answer that was cut off had been heard; Node's text is the whole of it all the same."""
    state: str = ""
    chip: str = ""
    chip_kind: str = ""
    """slow for the slowest answer of the session, slowish for others above the target."""
    tool_name: str = ""
    arguments: str = ""
    output: str = ""
    is_failed: bool = False
    duration: str = ""
    turn: int | None = None
    sure_percent: int | None = None
    """How sure speech recognition was of the words; None if it did not say."""
    is_unsure: bool = False


def transcript_lines(timeline: Timeline) -> list[Line]:
    """In the order of time."""
    chips = answer_chips(timeline)
    calls = {call.call_id: call for call in timeline.tools if call.call_id}
    heard = heard_by_speech(timeline)
    lines = [
        with_heard(line_of(item, timeline, calls, chips), item, heard)
        for item in timeline.transcript
        if is_shown(item, calls)
    ]
    lines += [
        silence_line(turn, timeline) for turn in timeline.turns if turn.outcome in {"failed", "no_answer"}
    ]
    if are_words_off(timeline):
        lines = [
            replace(line, output=line.output or NOT_KEPT) if line.kind == "call" else line for line in lines
        ]
    return keyed(sorted(lines, key=lambda line: line.at_ms))


def are_words_off(timeline: Timeline) -> bool:
    """Tool calls are lines all the same, with neither arguments nor results."""
    return timeline.completeness["transcript"].state == "off"


def keyed(lines: Iterable[Line]) -> list[Line]:
    """By what a line is and how many such came before it in its turn: item ids are not known before the end."""
    places: Counter[str] = Counter()
    told = []
    for line in lines:
        name = f"{line.kind}-{line.turn or 0}"
        places[name] += 1
        told.append(replace(line, key=f"{name}-{places[name]}"))
    return told


def is_shown(item: TranscriptItem, calls: Mapping[str, ToolCall]) -> bool:
    """A call's output stands with the call; an item without words says nothing."""
    if item.type == "function_call_output":
        return item.call_id not in calls
    return item.type != "message" or bool(item.text.strip())


def line_of(
    item: TranscriptItem,
    timeline: Timeline,
    calls: Mapping[str, ToolCall],
    chips: Mapping[str, tuple[str, str]],
) -> Line:
    at_ms = milliseconds(timeline.session.start_ns, item.at_ns)
    plain = Line(kind="note", at_ms=at_ms, at=offset(at_ms), turn=item.turn)
    if item.type == "message":
        states = STATE_WORDS if timeline.session.status == "live" else STATE_WORDS_AFTERWARDS
        return message_line(plain, item, chips.get(item.id, ("", "")), states.get(item.state, ""))
    if item.type == "function_call":
        return call_line(plain, item, calls.get(item.call_id))
    if item.type == "function_call_output":
        return replace(
            plain,
            kind="call",
            tool_name=item.tool_name,
            output=compact(item.output),
            is_failed=bool(item.is_error),
        )
    if item.type == "agent_handoff":
        return replace(plain, kind="handoff", who=item.old_agent, text=item.new_agent)
    if item.type == "agent_config_update":
        return replace(plain, kind="config", text=config_text(item.config))
    return replace(plain, text=item.text or "an item of a kind that this version does not know")


def message_line(plain: Line, item: TranscriptItem, chip: tuple[str, str], state: str) -> Line:
    kind, who = {"user": ("user", "User"), "assistant": ("agent", item.agent or "Agent")}.get(
        item.role, ("note", item.role.capitalize())
    )
    sure_percent = percent(item.confidence) if kind == "user" else None
    return replace(
        plain,
        kind=kind,
        who=who,
        text=item.text,
        is_cut=bool(item.interrupted),
        state=state,
        chip=chip[0],
        chip_kind=chip[1],
        sure_percent=sure_percent,
        is_unsure=sure_percent is not None and sure_percent < UNSURE_BELOW_PERCENT,
    )


def with_heard(line: Line, item: TranscriptItem, heard: Mapping[str, str]) -> Line:
    return replace(line, heard=heard.get(item.heard_in, "")) if line.is_cut else line


def heard_by_speech(timeline: Timeline) -> dict[str, str]:
    """How much of each speech that was cut off was played; a chat item's times contain its pauses."""
    speeches = {speech.speech_id: speech for speech in timeline.speeches}
    heard = {}
    for cut in timeline.interruptions:
        if not (speech := speeches.get(cut.speech_id)):
            continue
        spoken_ms = sum(milliseconds(s.start_ns, s.end_ns) for s in speech.speaking)
        played_ms = cut.played_ms if cut.played_ms is not None else spoken_ms
        heard[cut.speech_id] = str(duration(played_ms)) if played_ms else ""
    return heard


def percent(share: float | None) -> int | None:
    """What is no share is not known."""
    return round(100 * share) if share is not None and 0 < share <= 1 else None


def call_line(plain: Line, item: TranscriptItem, call: ToolCall | None) -> Line:
    took_ms = call.duration_ms if call else None
    return replace(
        plain,
        kind="call",
        tool_name=item.tool_name,
        arguments=arguments_text(
            item.arguments if item.arguments is not None else call.arguments if call else None
        ),
        output=result_text(call.output) if call else "",
        is_failed=bool(call and call.is_error),
        duration=str(duration(took_ms)) if took_ms is not None else "",
    )


def silence_line(turn: Turn, timeline: Timeline) -> Line:
    """What the caller heard instead of an answer: nothing."""
    at_ms = milliseconds(timeline.session.start_ns, turn.user_end_ns or turn.end_ns)
    reasons = [error.message for error in timeline.errors if error.turn == turn.index and not error.recovered]
    told = failure_words(reasons[0] if reasons else "")
    return Line(
        kind="failure",
        at_ms=at_ms + 0.001,
        at=offset(at_ms),
        who=f"Turn {turn.index} got no answer",
        text=told.text,
        rest=told.rest,
        turn=turn.index,
    )


def answer_chips(timeline: Timeline) -> dict[str, tuple[str, str]]:
    """For each turn the first words of its answer carry how long they took: by item id, text and kind."""
    turns = {turn.index: turn for turn in timeline.turns}
    chips: dict[str, tuple[str, str]] = {}
    for item in timeline.transcript:
        if item.type != "message" or item.role != "assistant" or not item.text:
            continue
        turn = turns.pop(item.turn, None) if item.turn else None
        if turn and turn.latency.e2e_ms is not None:
            chips[item.id] = (str(seconds(turn.latency.e2e_ms)), chip_kind(turn, timeline))
    return chips


def chip_kind(turn: Turn, timeline: Timeline) -> str:
    if not is_slow(turn.latency.e2e_ms):
        return ""
    return "slow" if turn.index == timeline.figures.slowest_turn else "slowish"


def arguments_text(arguments: Value) -> str:
    if isinstance(arguments, dict):
        return ", ".join(f"{name}: {compact(value)}" for name, value in arguments.items())
    return compact(arguments)


def result_text(value: Value) -> str:
    """None is what has not come; a tool may well have answered with nothing."""
    return "an empty result" if value == "" else compact(value)


def compact(value: Value) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def config_text(config: Mapping[str, Value]) -> str:
    """What of the agent was changed."""
    words = {
        "instructions": "new instructions",
        "tools_added": "tools added",
        "tools_removed": "tools removed",
    }
    changes = []
    for name, said in words.items():
        if value := config.get(name):
            changes.append(f"{said}: {', '.join(map(str, value))}" if isinstance(value, list) else said)
    return "; ".join(changes) or "configuration updated"
