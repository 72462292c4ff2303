"""The transcript as text for people, and as WebVTT for players. Plain functions."""

import json
from collections.abc import Iterator, Sequence
from html import escape

from observability.records import Value
from observability.timeline.dialogue import TranscriptItem
from observability.timeline.model import Timeline

NS_PER_MS = 1_000_000
SPEAKERS = {"user": "User", "assistant": "Agent"}
MS_PER_CHARACTER, SHORTEST_CUE_MS = 65, 1_000
"""How long words take where nothing says when they ended: some 15 characters a second."""


def said_in(timeline: Timeline) -> list[TranscriptItem]:
    """In the order of time, without messages that say nothing."""
    items = [item for item in timeline.transcript if item.type != "message" or item.text.strip()]
    return sorted(items, key=lambda item: item.at_ns)


def text_lines(timeline: Timeline) -> Iterator[str]:
    """One item a paragraph, its time before it."""
    for item in said_in(timeline):
        at = clock((item.at_ns - timeline.session.start_ns) // NS_PER_MS)
        words = words_of(item).strip().splitlines() or [""]
        yield "\n".join([f"[{at}] {words[0]}", *(f"    {line}" for line in words[1:])]) + "\n"


def words_of(item: TranscriptItem) -> str:
    match item.type:
        case "message":
            return message_text(item)
        case "function_call":
            return f"Tool {item.tool_name} called" + after("with", item.arguments)
        case "function_call_output":
            outcome = (
                "failed" + after("with", item.output)
                if item.is_error
                else "returned" + after("", item.output)
            )
            return f"Tool {item.tool_name} {outcome}"
        case "agent_handoff":
            return (
                f"Handoff from {item.old_agent} to {item.new_agent}"
                if item.old_agent
                else f"Agent: {item.new_agent}"
            )
        case "agent_config_update":
            return f"Agent changed: {plain(dict(item.config))}"
        case _:
            return item.text or plain(dict(item.raw))


def message_text(item: TranscriptItem) -> str:
    agent = f" ({item.agent})" if item.role == "assistant" and item.agent else ""
    marks = {
        "cut off": bool(item.interrupted),
        "not confirmed as spoken": item.state == "generated",
        "broke off": item.state == "failed",
    }
    said = "".join(f" [{mark}]" for mark, holds in marks.items() if holds)
    return f"{SPEAKERS.get(item.role, item.role.capitalize())}{agent}: {item.text}{said}"


def after(word: str, value: Value) -> str:
    """Nothing where transcripts are off: then arguments and results are not kept."""
    if value is None:
        return ""
    return f" {word} {plain(value)}" if word else f" {plain(value)}"


def plain(value: Value) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def cues(timeline: Timeline) -> Iterator[str]:
    """The words of user and agent as WebVTT cues; times count from the session's start, as everywhere."""
    spoken = [item for item in said_in(timeline) if item.type == "message" and item.role in SPEAKERS]
    for number, item in enumerate(spoken, 1):
        start_ms = max(0, (item.at_ns - timeline.session.start_ns) // NS_PER_MS)
        end_ms = end_of(item, spoken[number : number + 1], timeline.session.start_ns, start_ms=start_ms)
        text = " ".join(escape(item.text, quote=False).split())
        yield f"{number}\n{clock(start_ms)} --> {clock(end_ms)}\n<v {SPEAKERS[item.role]}>{text}\n\n"


def end_of(
    item: TranscriptItem, following: Sequence[TranscriptItem], origin_ns: int, *, start_ms: int
) -> int:
    """When the words ended; else how long they take to say, or until somebody else begins."""
    if item.stopped_speaking_ns and item.stopped_speaking_ns > item.at_ns:
        return max(start_ms + 1, (item.stopped_speaking_ns - origin_ns) // NS_PER_MS)
    end_ms = start_ms + max(SHORTEST_CUE_MS, MS_PER_CHARACTER * len(item.text))
    next_ms = [(each.at_ns - origin_ns) // NS_PER_MS for each in following]
    return max(start_ms + 1, min([end_ms, *next_ms]))


def clock(ms: int) -> str:
    """`00:02:22.300`, `-00:00:00.050`."""
    seconds, rest_ms = divmod(abs(ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if ms < 0 else ''}{hours:02d}:{minutes:02d}:{seconds:02d}.{rest_ms:03d}"
