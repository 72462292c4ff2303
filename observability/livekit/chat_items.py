"""The items of a conversation, whichever of their three spellings they come in (docs/contract.md §7.2,
§9.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from observability.livekit.measures import Measures
from observability.livekit.times import moment_ns
from observability.livekit.values import (
    either,
    flag,
    mapping,
    number,
    parsed,
    sequence,
    snake_case,
    text,
    texts,
)
from observability.records import ChatItemRecord, LogRecord, Value

ItemType = Literal[
    "message", "function_call", "function_call_output", "agent_handoff", "agent_config_update", "other"
]

TYPES: Mapping[str, ItemType] = {
    name: name
    for name in ("message", "function_call", "function_call_output", "agent_handoff", "agent_config_update")
}

DURATIONS = {
    "transcription_delay": "transcription_delay_ms",
    "end_of_turn_delay": "end_of_turn_delay_ms",
    "on_user_turn_completed_delay": "hook_ms",
    "llm_node_ttft": "llm_ttft_ms",
    "llm_node_ttfs": "llm_ttfs_ms",
    "tts_node_ttfb": "tts_ttfb_ms",
    "playback_latency": "playback_latency_ms",
    "e2e_latency": "e2e_ms",
}
"""Seconds in every SDK (docs/contract.md §15.6)."""

ZERO_IS_UNKNOWN = frozenset({"transcription_delay", "end_of_turn_delay", "e2e_latency"})


@dataclass(frozen=True, slots=True)
class ChatItem:
    id: str
    type: ItemType
    role: str
    text: str
    created_ns: int | None
    started_speaking_ns: int | None = None
    stopped_speaking_ns: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    impossible: tuple[str, ...] = ()
    interrupted: bool | None = None
    confidence: float | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    call_id: str = ""
    name: str = ""
    arguments: Value = None
    output: Value = None
    is_error: bool | None = None
    old_agent: str = ""
    new_agent: str = ""
    config: Mapping[str, Value] = field(default_factory=dict)
    position: int = 0
    raw: Mapping[str, Value] = field(default_factory=dict)


def item_of_history(record: ChatItemRecord) -> ChatItem:
    """One item of chat_history.json."""
    item = mapping(record.get("item"))
    kind = TYPES.get(snake_case(text(item.get("type"))), "other")
    return _item(kind, item, text(item.get("role")).lower(), record.get("position") or 0)


def latest_moment_ns(record: ChatItemRecord) -> int:
    """Of one item of chat_history.json: when it was made, or had been spoken; 0 if it does not say."""
    item = mapping(record.get("item"))
    told = (either(item, "created_at"), either(mapping(item.get("metrics")), "stopped_speaking_at"))
    return max(moment_ns(value) or 0 for value in told)


def item_of_log(record: LogRecord, position: int) -> ChatItem | None:
    """The item of a "chat item" log. Protobuf leaves defaults out: no role is DEVELOPER, no interrupted
    is false."""
    wrapped = mapping(mapping(record.get("attributes")).get("chat.item"))
    for name, item in wrapped.items():
        kind = TYPES.get(snake_case(name), "other")
        role = text(mapping(item).get("role")).lower() or "developer"
        return _item(kind, mapping(item), role if kind == "message" else "", position)
    return None


def _item(kind: ItemType, item: Mapping[str, Value], role: str, position: int) -> ChatItem:
    metrics = mapping(item.get("metrics"))
    measures = Measures(metrics)
    return ChatItem(
        id=text(item.get("id")),
        type=kind,
        role=role,
        text=_text(item.get("content")),
        created_ns=moment_ns(either(item, "created_at")),
        started_speaking_ns=moment_ns(either(metrics, "started_speaking_at")),
        stopped_speaking_ns=moment_ns(either(metrics, "stopped_speaking_at")),
        metrics=_figures(measures),
        impossible=tuple(measures.impossible),
        interrupted=(flag(item.get("interrupted")) or False) if kind == "message" else None,
        confidence=number(either(item, "transcript_confidence")) or None,
        models=_models(metrics),
        call_id=text(either(item, "call_id")),
        name=text(item.get("name")),
        arguments=parsed(item.get("args") if item.get("arguments") is None else item.get("arguments")),
        output=item.get("output"),
        is_error=(flag(either(item, "is_error")) or False) if kind == "function_call_output" else None,
        old_agent=text(either(item, "old_agent_id")),
        new_agent=text(either(item, "new_agent_id")),
        config=_config(item) if kind == "agent_config_update" else {},
        position=position,
        raw=item,
    )


def _text(contents: Value) -> str:
    """Strings, and `{"text": …}` of the log form; what is neither (images, cache marks) is skipped."""
    if isinstance(contents, str):
        return contents
    parts = (
        part if isinstance(part, str) else text(mapping(part).get("text")) for part in sequence(contents)
    )
    return "\n".join(part for part in parts if part)


def _figures(measures: Measures) -> Mapping[str, float]:
    if not measures.attributes:
        return {}
    source = {snake_case(name): value for name, value in measures.attributes.items()}
    measures.attributes = source
    read = {
        ours: measures.seconds(name, zero_is_unknown=name in ZERO_IS_UNKNOWN)
        for name, ours in DURATIONS.items()
    }
    read["llm_tokens_per_second"] = number(source.get("llm_node_tps"))
    return {name: value for name, value in read.items() if value is not None}


def _models(metrics: Mapping[str, Value]) -> Mapping[str, str]:
    """Only chat_history.json of Python has them."""
    found = {}
    for name in ("llm", "tts", "stt"):
        metadata = mapping(metrics.get(f"{name}_metadata"))
        told = (text(metadata.get("model_provider")), text(metadata.get("model_name")))
        if any(told):
            found[name] = "/".join(part for part in told if part)
    return found


def _config(item: Mapping[str, Value]) -> Mapping[str, Value]:
    told = {"instructions": item.get("instructions")}
    for name in ("tools_added", "tools_removed"):
        told[name] = list(texts(either(item, name)))
    return {name: value for name, value in told.items() if value}
