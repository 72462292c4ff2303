"""A timeline as rows of numbers and short names, which many sessions can be asked for at once. A pure function.

Nothing that anybody said, and no message of an error: text of that kind is read where the session is.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from observability.timeline.dialogue import Latency, Speech, Turn
from observability.timeline.marks import Failure, ToolCall
from observability.timeline.model import Timeline
from observability.timeline.packed import packed
from observability.timeline.totals import Usage

NAME_CHARS, MODEL_CHARS, TAG_CHARS, VERDICT_CHARS = 120, 160, 200, 60
CLASS_NAME = re.compile(r"[\w.:$-]{1,120}")
"""Of exceptions; what an application writes there otherwise may be a sentence."""
LATENCIES = (
    *("transcription_delay_ms", "end_of_turn_delay_ms", "hook_ms", "llm_ttft_ms"),
    *("tts_ttfb_ms", "playback_ms", "e2e_ms", "measured_ms"),
)
"""Of those that the timeline knows."""
ANSWER_TIMES = (
    *("e2e_ms", "transcription_delay_ms", "end_of_turn_delay_ms", "hook_ms"),
    *("llm_ttft_ms", "tts_ttfb_ms", "unexplained_ms"),
)
"""In the order in which `OneSession.answer_times` holds them of each turn."""
WAITED_TIMES = ("tool_ms", "playback_ms")
"""The same of `OneSession.waited_times`, which sessions do not have that an earlier version summarised."""
MAX_COUNT = 2**31 - 1
MAX_INT64 = 2**63 - 1
"""What a database holds: some clocks tell of the year 9999, which is beyond it in nanoseconds."""


ToolStatus = Literal["ok", "failed", "unknown"]
STATUS_OF_ERROR: Mapping[bool | None, ToolStatus] = {False: "ok", True: "failed", None: "unknown"}


@dataclass(frozen=True, slots=True)
class OneSession:
    turns: int
    unanswered: int
    """Turns that failed, or that no answer followed."""
    interrupted: int
    preempted: int
    """Turns before whose end an answer was prepared and thrown away."""
    tool_calls: int
    tool_failures: int
    answer_times: bytes
    """`packed`: ANSWER_TIMES of the first turn, then of the second ..."""
    waited_times: bytes
    """`packed`: the same of WAITED_TIMES."""


@dataclass(frozen=True, slots=True)
class OneTurn:
    """A turn, or something that the agent said unasked: then `role` is agent and `index` None."""

    role: Literal["user", "agent"]
    index: int | None
    outcome: str
    agent: str
    start_ns: int
    end_ns: int
    is_interrupted: bool
    steps: int
    tool_calls: int
    transcription_delay_ms: float | None
    end_of_turn_delay_ms: float | None
    hook_ms: float | None
    llm_ttft_ms: float | None
    tts_ttfb_ms: float | None
    playback_ms: float | None
    e2e_ms: float | None
    measured_ms: float | None


@dataclass(frozen=True, slots=True)
class OneToolCall:
    name: str
    status: ToolStatus
    turn: int | None
    start_ns: int
    duration_ms: float | None


@dataclass(frozen=True, slots=True)
class OneModel:
    type: str
    provider: str
    model: str
    requests: int | None
    input_tokens: int | None
    input_cached_tokens: int | None
    output_tokens: int | None
    characters: int | None
    audio_duration_ms: float | None
    first_times: bytes
    """`packed`: first token or byte of each request, in ms after its start."""


@dataclass(frozen=True, slots=True)
class OneError:
    kind: str
    source: Literal["span", "log"]
    error_type: str
    turn: int | None
    at_ns: int
    attempts: int
    recovered: bool | None


@dataclass(frozen=True, slots=True)
class OneVerdict:
    kind: Literal["outcome", "tag", "evaluation"]
    name: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    session: OneSession
    turns: tuple[OneTurn, ...]
    tools: tuple[OneToolCall, ...]
    models: tuple[OneModel, ...]
    errors: tuple[OneError, ...]
    verdicts: tuple[OneVerdict, ...]


def facts_in(timeline: Timeline) -> Facts:
    return Facts(
        session=_session(timeline),
        turns=tuple(_turns(timeline)),
        tools=tuple(map(_tool_call, timeline.tools)),
        models=tuple(map(_model, timeline.usage)),
        errors=tuple(map(_error, timeline.errors)),
        verdicts=tuple(dict.fromkeys(_verdicts(timeline))),
    )


def _session(timeline: Timeline) -> OneSession:
    figures, turns = timeline.figures, timeline.turns
    return OneSession(
        turns=figures.turns,
        unanswered=sum(turn.outcome in ("failed", "no_answer") for turn in turns),
        interrupted=figures.interrupted,
        preempted=sum(turn.preempted for turn in turns),
        tool_calls=figures.tool_calls,
        tool_failures=figures.tool_failures,
        answer_times=_packed_times(turns, ANSWER_TIMES),
        waited_times=_packed_times(turns, WAITED_TIMES),
    )


def _packed_times(turns: Iterable[Turn], names: Sequence[str]) -> bytes:
    return packed([getattr(turn.latency, name) for turn in turns for name in names])


def _turns(timeline: Timeline) -> Iterator[OneTurn]:
    """What the agent prepared and threw away is no turn of anybody."""
    yield from map(_turn, timeline.turns)
    cut_off = {interruption.speech_id for interruption in timeline.interruptions}
    for speech in timeline.speeches:
        if speech.kind == "initiated":
            yield _unasked(speech, is_interrupted=speech.speech_id in cut_off)


def _turn(turn: Turn) -> OneTurn:
    return OneTurn(
        role="user",
        index=turn.index,
        outcome=turn.outcome,
        agent=turn.agent[:NAME_CHARS],
        start_ns=_moment(turn.start_ns),
        end_ns=_moment(turn.end_ns),
        is_interrupted=turn.interrupted,
        steps=turn.steps,
        tool_calls=turn.tool_calls,
        **_figures(turn.latency),
    )


def _unasked(speech: Speech, *, is_interrupted: bool) -> OneTurn:
    return OneTurn(
        role="agent",
        index=None,
        outcome="",
        agent=speech.agent[:NAME_CHARS],
        start_ns=_moment(speech.start_ns),
        end_ns=_moment(speech.end_ns),
        is_interrupted=is_interrupted,
        steps=speech.steps,
        tool_calls=0,
        **_figures(speech.latency),
    )


def _figures(latency: Latency) -> Mapping[str, float | None]:
    return {name: getattr(latency, name) for name in LATENCIES}


def _tool_call(call: ToolCall) -> OneToolCall:
    status = STATUS_OF_ERROR[call.is_error]
    return OneToolCall(call.name[:NAME_CHARS], status, call.turn, _moment(call.start_ns), call.duration_ms)


def _model(usage: Usage) -> OneModel:
    figures = usage.figures
    return OneModel(
        type=usage.type,
        provider=usage.provider[:NAME_CHARS],
        model=usage.model[:MODEL_CHARS],
        requests=_whole(figures.get("requests")),
        input_tokens=_whole(figures.get("input_tokens")),
        input_cached_tokens=_whole(figures.get("input_cached_tokens")),
        output_tokens=_whole(figures.get("output_tokens")),
        characters=_whole(figures.get("characters")),
        audio_duration_ms=_finite(figures.get("audio_duration_ms")),
        first_times=packed(usage.firsts_ms),
    )


def _moment(time_ns: int) -> int:
    return min(time_ns, MAX_INT64)


def _whole(figure: float | None) -> int | None:
    """None for what cannot be a count."""
    finite = _finite(figure)
    return None if finite is None or finite < 0 else min(round(finite), MAX_INT64)


def _finite(figure: float | None) -> float | None:
    """Sums of what single requests told may leave a float's range."""
    return figure if figure is not None and math.isfinite(figure) else None


def _error(failure: Failure) -> OneError:
    return OneError(
        kind=failure.kind,
        source="span" if failure.span_ids else "log",
        error_type=failure.error_type if CLASS_NAME.fullmatch(failure.error_type) else "",
        turn=failure.turn,
        at_ns=_moment(failure.at_ns),
        attempts=min(failure.attempts, MAX_COUNT),
        recovered=failure.recovered,
    )


def _verdicts(timeline: Timeline) -> Iterator[OneVerdict]:
    if timeline.outcome is not None and timeline.outcome.outcome:
        yield OneVerdict("outcome", timeline.outcome.outcome[:TAG_CHARS])
    for tag in timeline.tags:
        yield OneVerdict("tag", tag.name[:TAG_CHARS])
    for evaluation in timeline.evaluations:
        yield OneVerdict("evaluation", evaluation.name[:TAG_CHARS], evaluation.verdict[:VERDICT_CHARS])
