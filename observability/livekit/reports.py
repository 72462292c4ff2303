"""What is said about a session at its end: report, summary, usage, evaluations (docs/contract.md §7.2,
§7.3, §9.3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from observability.livekit.times import moment_ns
from observability.livekit.values import (
    either,
    flag,
    integer,
    mapping,
    number,
    parsed_mapping,
    sequence,
    snake_case,
    text,
    texts,
)
from observability.records import HeaderRecord, LogRecord, Value

RECORDING_OPTIONS = ("audio", "traces", "logs", "transcript", "redaction")


@dataclass(frozen=True, slots=True)
class ModelUsage:
    type: str
    """llm, tts, stt, interruption, eot …: the SDK's `llm_usage` without its ending."""
    provider: str
    model: str
    figures: Mapping[str, float]
    """snake_case; durations end in `_ms` whatever the SDK wrote."""


@dataclass(frozen=True, slots=True)
class SessionReport:
    started_ns: int | None
    reported_ns: int | None
    options: Mapping[str, Value]
    """As received: seconds from Python, milliseconds from Node; opaque before Python 1.7.0."""
    recording_options: Mapping[str, bool]
    tags: tuple[str, ...]
    agent_name: str
    sdk_version: str
    usage: tuple[ModelUsage, ...]


@dataclass(frozen=True, slots=True)
class SessionSummary:
    options: Mapping[str, Value]
    recording_options: Mapping[str, bool]
    tags: tuple[str, ...]
    room_name: str
    agent_name: str
    sdk_version: str
    usage: tuple[ModelUsage, ...]
    user_turns: int | None
    errors: Mapping[str, int]
    close_reason: str
    reported_ns: int | None
    audio_started_ns: int | None
    raw: Mapping[str, Value]


def session_report(record: LogRecord) -> SessionReport:
    attributes = mapping(record.get("attributes"))
    options = mapping(attributes.get("session.options"))
    return SessionReport(
        started_ns=record["time_ns"] or None,
        reported_ns=moment_ns(attributes.get("session.report_timestamp")),
        options=options,
        recording_options=recording_options(options),
        tags=texts(attributes.get("session.tags")),
        agent_name=text(attributes.get("agent_name")),
        sdk_version=text(attributes.get("sdk_version")),
        usage=model_usage(attributes.get("usage")),
    )


def session_summary(record: HeaderRecord) -> SessionSummary | None:
    """The JSON text in the recording header; None where there is none (all but Python ≥ 1.8.9)."""
    raw = parsed_mapping(record.get("session_summary"))
    if not raw:
        return None
    options = mapping(raw.get("options"))
    counts = {name: integer(count) for name, count in mapping(raw.get("errors")).items()}
    return SessionSummary(
        options=options,
        recording_options=recording_options(options),
        tags=texts(raw.get("tags")),
        room_name=text(raw.get("room")),
        agent_name=text(raw.get("agent_name")),
        sdk_version=text(raw.get("sdk_version")),
        usage=model_usage(raw.get("usage")),
        user_turns=integer(raw.get("user_turns")),
        errors={name: count for name, count in counts.items() if count is not None},
        close_reason=text(raw.get("close_reason")).removeprefix("CR_").lower(),
        reported_ns=moment_ns(raw.get("timestamp")),
        audio_started_ns=moment_ns(raw.get("audio_recording_started_at")),
        raw=raw,
    )


def recording_options(options: Mapping[str, Value]) -> Mapping[str, bool]:
    told = mapping(either(options, "recording_options"))
    read = {name: flag(told.get(name)) for name in RECORDING_OPTIONS}
    return {name: value for name, value in read.items() if value is not None}


def model_usage(listed: Value) -> tuple[ModelUsage, ...]:
    return tuple(
        ModelUsage(
            type=text(item.get("type")).removesuffix("_usage") or "other",
            provider=text(item.get("provider")),
            model=text(item.get("model")),
            figures=_figures(item),
        )
        for item in map(mapping, sequence(listed))
        if item
    )


RENAMED = {"characters_count": "characters", "total_requests": "requests"}


def _figures(item: Mapping[str, Value]) -> dict[str, float]:
    """`audioDurationMs` is milliseconds, `audio_duration` seconds: the name tells, not the SDK."""
    figures: dict[str, float] = {}
    for key, value in item.items():
        read = number(value)
        if read is None or read <= 0:
            continue
        name = snake_case(key)
        in_seconds = name.endswith("_duration")
        figures[RENAMED.get(name, name + "_ms" if in_seconds else name)] = read * 1e3 if in_seconds else read
    return figures


def verdict_of(record: LogRecord, name: str) -> Mapping[str, Value]:
    """The kvlist of an `evaluation`, `tag` or `outcome` log."""
    return mapping(mapping(record.get("attributes")).get(name))
