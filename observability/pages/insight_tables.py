"""The tables of Insights, each row in words and with a way to the sessions that it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from observability.insights.percentiles import Spread
from observability.insights.shapes import MOST, Error, Insights, Model, SlowTurn, Tool, Verdict, Version
from observability.models import Session
from observability.pages.answer_time import is_slow
from observability.pages.insight_cards import percent, share
from observability.pages.insight_links import SessionsOf
from observability.pages.latency_table import USAGE_TYPES
from observability.pages.session_rows import begun_at, name_of, place_of
from observability.pages.wording import MISSING, count, duration, seconds

ERROR_KINDS = {
    "llm": "LLM",
    "tts": "TTS",
    "stt": "STT",
    "realtime": "Realtime",
    "tool": "Tool",
    "stall": "Event loop stalled",
    "span": "Span",
    "log": "Log line",
}


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    href: str = ""
    kind: str = ""
    """slow, bad, words (no number), or nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    note: str
    cells: Sequence[Cell]
    href: str = ""
    is_new: bool = False
    at: datetime | None = None
    """When it began, as in the list; beside its note."""


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    title: str
    heads: Sequence[str]
    """Of the first column, which names the row, and of its cells."""
    rows: Sequence[Row]
    none: str
    """Said where there is no row."""

    @property
    def cells_under_heads(self) -> list[tuple[Row, list[tuple[str, Cell]]]]:
        return [(row, list(zip(self.heads[1:], row.cells, strict=True))) for row in self.rows]

    @property
    def note(self) -> str:
        return f"the {MOST} most frequent" if len(self.rows) == MOST else ""


def tables_of(insights: Insights, sessions: SessionsOf) -> list[Table]:
    return [
        Table(
            "versions",
            "Agents and SDK versions",
            ["Agent", "Sessions", "Turns", "Median", "95 % within", "With errors", "Cut off"],
            [version_row(each, sessions) for each in insights.versions],
            "",
        ),
        Table(
            "tools",
            "Tools",
            ["Tool", "Calls", "Sessions", "Failed", "Median", "95 % within"],
            [tool_row(each, sessions) for each in insights.tools],
            "No tool was called.",
        ),
        Table(
            "models",
            "Models",
            ["Model", "Sessions", "Requests", "Used", "First token or byte, median", "95 % within"],
            [model_row(each, insights.models, sessions) for each in insights.models],
            "No model told what it used.",
        ),
        Table(
            "errors",
            "Errors",
            ["Class of the error", "Errors", "Not recovered", "Sessions"],
            [error_row(each, sessions) for each in insights.errors],
            "Nothing went wrong.",
        ),
        Table(
            "outcomes",
            "Outcomes and evaluations",
            ["Name", "Sessions", "Of those judged"],
            [verdict_row(each, insights.judged, sessions) for each in insights.verdicts],
            "No session was judged: agents do that by setting an outcome, or with evaluations.",
        ),
        Table(
            "slowest",
            "Slowest answers",
            ["Session and turn", "Answered after"],
            [slow_row(each, sessions) for each in insights.slowest_turns],
            "No answer was measured.",
        ),
        Table(
            "worst",
            "Sessions with most errors",
            ["Session", "Errors", "Slowest answer"],
            [worst_row(each, sessions) for each in insights.worst_sessions],
            "No session had an error.",
        ),
    ]


def version_row(each: Version, sessions: SessionsOf) -> Row:
    counts = each.counts
    asked = {"agent": each.agent, "sdk": each.sdk}
    return Row(
        each.agent or "Unnamed agent",
        each.sdk or "version not told",
        [
            Cell(f"{counts.sessions:,}", sessions.href(**asked)),
            Cell(f"{counts.turns:,}"),
            *answer_cells(each.e2e),
            Cell(
                str(percent(share(counts.error_sessions, counts.sessions))),
                sessions.href(**asked, errors="yes") if counts.error_sessions else "",
                "bad" if counts.error_sessions else "",
            ),
            Cell(str(percent(share(counts.interrupted, counts.turns)))),
        ],
        is_new=each.is_new,
    )


def answer_cells(e2e: Spread) -> list[Cell]:
    return [Cell(str(seconds(ms)), kind="slow" if is_slow(ms) else "") for ms in (e2e.p50_ms, e2e.p95_ms)]


def tool_row(each: Tool, sessions: SessionsOf) -> Row:
    known = each.calls - each.unknown
    failed = Cell(
        str(percent(share(each.failed, known))),
        sessions.href(failed_tool=each.name) if each.failed else "",
        "bad" if each.failed else "",
    )
    return Row(
        each.name or "Unnamed tool",
        f"{count(each.unknown, 'call')} without a result" if each.unknown else "",
        [
            Cell(f"{each.calls:,}"),
            Cell(f"{each.sessions:,}", sessions.href(tool=each.name)),
            failed,
            Cell(str(duration(each.duration.p50_ms))),
            Cell(str(duration(each.duration.p95_ms))),
        ],
    )


def model_row(each: Model, models: Sequence[Model], sessions: SessionsOf) -> Row:
    """The list is asked by the name alone, which one model has to have for itself."""
    is_alone = sum(other.model == each.model for other in models) == 1
    return Row(
        each.model or "Unnamed model",
        " · ".join(word for word in (USAGE_TYPES.get(each.type, "Other"), each.provider) if word),
        [
            Cell(f"{each.sessions:,}", sessions.href(model=each.model) if is_alone else ""),
            Cell(number(each.requests)),
            Cell(used(each), kind="words"),
            Cell(str(duration(each.first.p50_ms))),
            Cell(str(duration(each.first.p95_ms))),
        ],
    )


def number(value: int | None) -> str:
    return MISSING if value is None else f"{value:,}"


def used(model: Model) -> str:
    """What was measured, with its unit."""
    told = []
    if model.input_tokens is not None or model.output_tokens is not None:
        told.append(f"{number(model.input_tokens)} tokens in, {number(model.output_tokens)} out")
    if model.input_cached_tokens:
        told.append(f"{number(model.input_cached_tokens)} cached")
    if model.characters is not None:
        told.append(count(model.characters, "character"))
    if model.audio_duration_ms is not None:
        told.append(f"{model.audio_duration_ms / 1000:,.0f} s of audio")
    return " · ".join(told) or MISSING


def error_row(each: Error, sessions: SessionsOf) -> Row:
    return Row(
        each.error_type or "Class not told",
        ERROR_KINDS.get(each.kind, each.kind),
        [
            Cell(f"{each.count:,}"),
            Cell(f"{each.not_recovered:,}"),
            Cell(f"{each.sessions:,}", sessions.href(error=f"{each.kind}:{each.error_type}")),
        ],
    )


def verdict_row(each: Verdict, judged: int, sessions: SessionsOf) -> Row:
    if each.kind == "outcome":
        href, note = sessions.href(outcome=each.name), "Outcome"
        cells = [Cell(f"{each.sessions:,}", href), Cell(str(percent(share(each.sessions, judged))))]
        return Row(each.name, note, cells)
    href = sessions.href(evaluation=f"{each.name}:{each.verdict}") if ":" not in each.verdict else ""
    return Row(
        each.name,
        f"Evaluation: {each.verdict or 'no verdict'}",
        [Cell(f"{each.sessions:,}", href), Cell(MISSING)],
    )


def slow_row(each: SlowTurn, sessions: SessionsOf) -> Row:
    return Row(
        name_of(each.session),
        f"turn {each.turn}" + (f" · {each.agent}" if each.agent else ""),
        [Cell(str(seconds(each.e2e_ms)), kind="slow" if is_slow(each.e2e_ms) else "")],
        sessions.of_turn(each.session.public_id, each.turn),
        at=begun_at(each.session),
    )


def worst_row(each: Session, sessions: SessionsOf) -> Row:
    slowest = each.slowest_answer_ms or None
    return Row(
        name_of(each),
        place_of(each),
        [
            Cell(count(each.error_count, "error"), kind="bad"),
            Cell(str(seconds(slowest)), kind="slow" if is_slow(slowest) else ""),
        ],
        sessions.of_session(each.public_id),
        at=begun_at(each),
    )
