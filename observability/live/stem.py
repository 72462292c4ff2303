"""A live session as it was read last, so that what has come since is added to it instead of reading all anew."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from observability.journal.read import Later, Place, batches_of, later_batches_of, place_of
from observability.limits import MAX_KEPT_RECORDS
from observability.live.changes import Items, Part, items_in, members_of, taken_apart
from observability.live.written import Written, rest_as_json, written_lists
from observability.models import Session
from observability.queries.records import Facts
from observability.timeline import build
from observability.timeline.context import SessionContext
from observability.timeline.dedupe import unique
from observability.timeline.growing import Growing, growing_of, with_lines
from observability.timeline.model import Timeline
from observability.timeline.rejoining import rejoined
from observability.timeline.snapshot import growth_as_json
from observability.timeline.told_lines import told_lines

Turns = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Stem:
    parts: Part
    place: Place
    """Of the last upload in it."""
    context: SessionContext
    last_ns: int
    growing: Growing | None
    written: Written | None = None

    def grown(self, session: Session) -> "Stem | None":
        """With what has come since; None if that may not be enough."""
        later = later_batches_of(session, self.place)
        return (self.with_lines(session, later) or self.rejoined(session, later)) if later else None

    def with_lines(self, session: Session, later: Later) -> "Stem | None":
        """If that is nothing but lines of the log."""
        growing = with_lines(self.growing, later.batches) if self.growing else None
        if growing is None:
            return None
        parts = with_new_lines(self.parts, taken_apart(body_of(session, growth_as_json(growing))))
        return replace(self, parts=parts, place=later.place, last_ns=growing.head.last_ns, growing=growing)

    def rejoined(self, session: Session, later: Later) -> "Stem | None":
        """All but the lines of the log built anew."""
        told = self.growing.told if self.growing else None
        if self.growing is None or told is None or len(told.whole) > MAX_KEPT_RECORDS:
            return None
        joined = rejoined(self.growing, later.batches, context=at_present(self.context))
        if joined is None or joined.growing.told is None:
            return None
        come, written = written_anew(session, joined.timeline, self.written)
        before = with_turns(self.parts, told.turns, joined.growing.told.turns)
        last_ns = joined.growing.head.last_ns
        return Stem(with_new_lines(before, come), later.place, self.context, last_ns, joined.growing, written)


def read_anew(session: Session, known: Facts) -> Stem:
    _cursor, context = known
    records = unique(batches_of(session))
    timeline = build([records], context=at_present(context))
    growing = growing_of(timeline)
    if growing and len(records) <= MAX_KEPT_RECORDS:
        growing = replace(growing, told=told_lines(timeline.logs, records))
    parts, written = written_anew(session, timeline, None)
    last_ns = timeline.session.last_ns
    return Stem(parts, place_of(session), context, last_ns, growing, written if growing else None)


def written_anew(
    session: Session, timeline: Timeline, before: Written | None
) -> tuple[Mapping[str, Part], Written]:
    lists, written = written_lists(timeline, before)
    parts = taken_apart(body_of(session, rest_as_json(timeline)))
    return {**parts, "timeline": {**members_of(parts["timeline"]), **lists}}, written


def at_present(context: SessionContext) -> SessionContext:
    return replace(context, now_ns=time.time_ns())


def body_of(session: Session, timeline: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"id": str(session.public_id), "cursor": session.cursor, "timeline": timeline}


def with_new_lines(before: Part, come: Mapping[str, Part]) -> Part:
    """What has come in place of what was there; the lines, of which only new ones have, after those."""
    old, new = (members_of(members_of(parts)["timeline"]) for parts in (before, come))
    return {
        **come,
        "timeline": {**old, **new, "logs": items_in(old["logs"]).followed_by(items_in(new["logs"]))},
    }


def with_turns(before: Part, were: Turns, are: Turns) -> Part:
    """Lines whose turn is known only since its spans are. The turn is what a line's JSON ends with."""
    if are[: len(were)] == were:
        return before
    timeline = members_of(members_of(before)["timeline"])
    lines = items_in(timeline["logs"])
    raw = [
        text if was == turn else with_turn(text, turn)
        for text, was, turn in zip(lines.raw, were, are, strict=False)
    ]
    return {"timeline": {**timeline, "logs": Items(lines.keys, raw)}}


def with_turn(line: bytes, turn: int | None) -> bytes:
    return line[: line.rindex(b'"turn":')] + (b'"turn":null}' if turn is None else b'"turn":%d}' % turn)
