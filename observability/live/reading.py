"""What a watched thing looks like now. Runs on threads; everything begins at a project from projects.access."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from observability.journal.read import place_of
from observability.live.changes import Part, taken_apart
from observability.live.limits import LISTED_SESSIONS
from observability.live.shown import Shown, shown_after
from observability.live.stem import Stem, body_of, read_anew
from observability.models import Session
from observability.queries.kept import FOR_A_READER_NS, Kept
from observability.queries.records import Facts, facts_of, kept_timeline_of, timeline_kept_of
from observability.queries.sessions import session_in
from observability.timeline import as_json
from observability.timeline.completeness import LATE_NS
from observability.timeline.growing import growing_of
from observability.timeline.model import Timeline
from projects.models import Project

LIST_FIELDS = ("public_id", "status", "cursor", "summary_cursor", "summary_status")


class Reading(Protocol):
    """One thing to watch."""

    @property
    def project(self) -> Project: ...

    def renewed(self, before: Shown | None, hinted: frozenset[int]) -> Shown:
        """`before` itself if nothing has changed. Raises Http404 once the thing is gone, or its project."""

    def concerns(self, session_id: int) -> bool: ...


@dataclass(slots=True)
class SessionReading:
    """One session's timeline: the same JSON as the API's."""

    project: Project
    public_id: UUID
    session_id: int
    ended_ns: int = 0
    """The end as the timeline knows it."""
    stem: Stem | None = None
    """What was read last, if something can be added to it."""

    @classmethod
    def of(cls, project: Project, public_id: UUID) -> "SessionReading":
        """Raises Http404 for a session of another project and for one that never was."""
        return cls(project, public_id, session_in(project, public_id).pk)

    def concerns(self, session_id: int) -> bool:
        return session_id == self.session_id

    def renewed(self, before: Shown | None, hinted: frozenset[int]) -> Shown:
        session = session_in(self.project, self.public_id)
        known = facts_of(session)
        facts = known, self.is_late(session)
        if before is not None and before.facts == facts:
            return before
        is_live = session.status == Session.Status.LIVE
        if not is_live:
            kept_briefly = kept_timeline_of(session, known, keep_ns=FOR_A_READER_NS)
            parts = self.of_kept(session, kept_briefly, known)
        elif before is None and (kept := timeline_kept_of(session, known)):
            parts = self.of_kept(session, kept, known)
        else:
            parts = self.further(before.parts if before else None, session, known)
        return shown_after(before, facts, parts, cursor=session.cursor, is_live=is_live)

    def of_kept(self, session: Session, kept: Kept, known: Facts) -> Part:
        """Of the timeline that the page has just been made of."""
        parts, head, growing = parts_of(session, kept), kept.timeline.session, growing_of(kept.timeline)
        self.stem = Stem(parts, place_of(session), known[1], head.last_ns, growing)
        self.ended_ns = head.end_ns or head.last_ns
        return parts

    def further(self, before: Part | None, session: Session, known: Facts) -> Part:
        stem = self.stem
        is_older = stem is not None and stem.parts is before and stem.context == known[1]
        grown = stem.grown(session) if stem is not None and is_older else None
        self.stem = grown or read_anew(session, known)
        self.ended_ns = self.stem.last_ns
        return self.stem.parts

    def is_late(self, session: Session) -> bool:
        """Beside its facts a timeline is made of the clock: by it, what is expected after the end becomes missing."""
        return time.time_ns() > (session.ended_ns or self.ended_ns) + LATE_NS


def parts_of(session: Session, kept: Kept) -> Mapping[str, Part]:
    """What readers of the session have before them."""

    def make(timeline: Timeline) -> Mapping[str, Part]:
        return taken_apart(body_of(session, as_json(timeline)))

    return kept.once("parts", make)


@dataclass(slots=True)
class ListReading:
    """The project's newest sessions: enough to know which rows of a list are behind."""

    project: Project
    hinted_before: frozenset[int] = frozenset()

    def concerns(self, session_id: int) -> bool:
        return True

    def renewed(self, before: Shown | None, hinted: frozenset[int]) -> Shown:
        rows = self.rows(hinted)
        sessions = [fields_of(row) for row in rows]
        live = sum(row["status"] == Session.Status.LIVE for row in sessions)
        facts = tuple(rows)
        if before is not None and before.facts == facts:
            return before
        parts = taken_apart({"live": live, "sessions": sessions})
        cursor = sum(row["cursor"] for row in sessions)
        return shown_after(before, facts, parts, cursor=cursor, is_live=live > 0)

    def rows(self, hinted: frozenset[int]) -> list[tuple[Any, ...]]:
        """The newest (index session_newest_first), and older ones of which a hint told."""
        sessions = Session.objects.for_project(self.project).order_by("-pk")
        newest = list(sessions.values_list("pk", *LIST_FIELDS)[:LISTED_SESSIONS])
        older = (self.hinted_before | hinted) - {row[0] for row in newest}
        self.hinted_before = frozenset(sorted(older)[-LISTED_SESSIONS:])
        if self.hinted_before:
            newest += sessions.filter(pk__in=self.hinted_before).values_list("pk", *LIST_FIELDS)
        return newest


def fields_of(row: tuple[Any, ...]) -> dict[str, Any]:
    _pk, public_id, status, cursor, summary_cursor, summary_status = row
    summary = f"{summary_cursor}-{summary_status}"
    return {"id": str(public_id), "status": status, "cursor": cursor, "summary": summary}
