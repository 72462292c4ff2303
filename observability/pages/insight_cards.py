"""The figures at the top: each with what it was in the stretch of time before, and a way to its sessions."""

from dataclasses import dataclass
from typing import Literal

from observability.insights.percentiles import Spread
from observability.insights.shapes import Insights, Period
from observability.pages.answer_time import TARGET_MS
from observability.pages.insight_links import SessionsOf
from observability.pages.wording import NOTHING, Quantity, count, length, seconds

NOTABLE = 1.1
"""A figure that is a tenth worse than before is worth a look ..."""
LEAST_TURNS = 20
"""... unless it is of so few turns that chance alone does that."""
GOOD_OUTCOME = "success"
Kind = Literal["", "slow", "error"]


IN_VAIN = "Turns for which an answer was prepared before the user had finished, and thrown away"


@dataclass(frozen=True, slots=True)
class Card:
    label: str
    value: Quantity
    note: str
    href: str
    before: str = ""
    """The same figure in the stretch before; empty if there is none."""
    kind: Kind = ""
    hint: str = ""
    """What it counts, where its label alone does not tell."""


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def percent(share: float | None) -> Quantity:
    """`3.4 %`, and above ten without decimals; never 0 or 100 for what is not."""
    if share is None:
        return NOTHING
    hundredths = share * 100
    if 0 < hundredths < 0.05 or 99.5 <= hundredths < 100:
        return Quantity("< 0.1" if hundredths < 1 else "> 99", "%")
    return Quantity(f"{hundredths:.1f}" if 0 < hundredths < 9.95 else f"{hundredths:.0f}", "%")


def cards_of(insights: Insights, sessions: SessionsOf) -> list[Card]:
    return [
        sessions_card(insights, sessions),
        *answer_cards(insights, sessions),
        *share_cards(insights, sessions),
        outcome_card(insights, sessions),
    ]


def sessions_card(insights: Insights, sessions: SessionsOf) -> Card:
    counts, before = insights.total.counts, insights.before
    return Card(
        "Sessions",
        Quantity(f"{counts.sessions:,}"),
        f"{length(counts.duration_ms)} in all" if counts.sessions else "",
        sessions.href(),
        f"{before.counts.sessions:,}" if before else "",
    )


def answer_cards(insights: Insights, sessions: SessionsOf) -> list[Card]:
    now, before = spread_in(insights.total), spread_in(insights.before)
    slow = insights.total.counts.slow_sessions
    return [
        Card(
            "Answer after, median",
            seconds(now.p50_ms),
            f"of {count(now.count, 'answer')}",
            sessions.href(sort="slowest"),
            told_before(seconds(before.p50_ms)),
            "slow" if is_worse(now, before, now.p50_ms, before.p50_ms) else "",
        ),
        Card(
            "95 % answered within",
            seconds(now.p95_ms),
            f"99 % within {seconds(now.p99_ms)}",
            sessions.href(sort="slowest"),
            told_before(seconds(before.p95_ms)),
            "slow" if is_worse(now, before, now.p95_ms, before.p95_ms) else "",
        ),
        Card(
            f"Over {seconds(TARGET_MS)} once or more",
            percent(share(slow, insights.total.counts.sessions)),
            count(slow, "session"),
            sessions.href(slow=str(TARGET_MS)),
            share_before(insights, "slow_sessions", "sessions"),
        ),
    ]


def share_cards(insights: Insights, sessions: SessionsOf) -> list[Card]:
    """What went wrong, of so many; the link leads to the sessions in which it did."""
    plan = [
        ("With errors", "error_sessions", "sessions", "error_sessions", {"errors": "yes"}),
        ("Turns without an answer", "unanswered", "turns", "unanswered_sessions", {"unanswered": "yes"}),
        ("Answers cut off", "interrupted", "turns", "interrupted_sessions", {"interrupted": "yes"}),
        ("Preempted in vain", "preempted", "turns", "preempted_sessions", {"preempted": "yes"}),
    ]
    counts = insights.total.counts
    return [
        Card(
            label,
            percent(share(getattr(counts, part), getattr(counts, whole))),
            count(getattr(counts, having), "session"),
            sessions.href(**query),
            share_before(insights, part, whole),
            "error" if part == "error_sessions" and counts.error_sessions else "",
            IN_VAIN if part == "preempted" else "",
        )
        for label, part, whole, having, query in plan
    ]


def outcome_card(insights: Insights, sessions: SessionsOf) -> Card:
    judged = insights.judged
    outcomes = {each.name: each.sessions for each in insights.verdicts if each.kind == "outcome"}
    good = outcomes.get(GOOD_OUTCOME, 0)
    note = f"{good:,} of {judged:,} judged" if judged else "none was judged"
    return Card("Success", percent(share(good, judged)), note, sessions.href(outcome=GOOD_OUTCOME))


def spread_in(period: Period | None) -> Spread:
    return period.latency["e2e_ms"] if period else Spread()


def is_worse(now: Spread, before: Spread, ms: float | None, before_ms: float | None) -> bool:
    if ms is None or before_ms is None or min(now.count, before.count) < LEAST_TURNS:
        return False
    return ms > before_ms * NOTABLE


def told_before(value: Quantity) -> str:
    return "" if value == NOTHING else str(value)


def share_before(insights: Insights, part: str, whole: str) -> str:
    if insights.before is None:
        return ""
    counts = insights.before.counts
    return told_before(percent(share(getattr(counts, part), getattr(counts, whole))))
