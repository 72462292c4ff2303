"""The page of one session, and the parts of it that are asked for one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from observability.models import Recording, Session
from observability.pages.answer_time import TARGET_MS
from observability.pages.details import pretty
from observability.pages.latency_table import latency_table
from observability.pages.later import SPANS_AT_ONCE, lines_of, with_parts_later
from observability.pages.log_rows import LEVELS
from observability.pages.player import player_of
from observability.pages.raw_rows import KINDS
from observability.pages.recording_facts import recording_facts
from observability.pages.records import (
    log_rows_again,
    logs_asked_for,
    span_rows_again,
    spans_asked_for,
)
from observability.pages.session_head import figures_of, head_of, signal_states
from observability.pages.transcript_lines import are_words_off
from observability.queries.records import kept_timeline_of, recording_of
from observability.queries.sessions import session_in
from observability.queries.work import Task, tasks_of
from observability.timeline.model import Timeline
from projects.access import may_administer, project_for_viewer
from projects.audit import note_look, onlooker_of
from projects.models import Project
from projects.pages.frame import note, page, signed_in

REFRESH_S = 10
"""Where the socket does not get through; otherwise it says when there is something to fetch."""
REFRESH_WORK_S = 3
"""While a worker is at the recording: that it is done, or was given up, changes nothing that the socket tells of."""
NOTHING_NEW = 204


@require_safe
@never_cache
@signed_in
def session_show(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    note(request, project, "session.viewed", str(session.public_id))
    shown = Shown(session, recording_of(session), tasks_of(session))
    named = session_context(request, project, shown, spans_at_once=SPANS_AT_ONCE)
    return page(request, "observability/session.html", project, section="sessions", **with_parts_later(named))


@require_safe
@signed_in
def session_refresh(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """The same parts again if anything has come since `version`; a 204 costs neither side anything.

    All of each part, and of spans and log lines as many as are on the page: `spans_shown`, `logs_shown`.
    """
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    shown = Shown(session, recording_of(session), tasks_of(session))
    if request.GET.get("version") == shown.version:
        return HttpResponse(status=NOTHING_NEW)
    note_look(project, onlooker_of(request), "session.viewed", str(session.public_id))
    named = session_context(
        request,
        project,
        shown,
        spans_at_once=span_rows_again(request),
        logs_at_once=log_rows_again(request),
    )
    named |= {
        "project": project,
        "may_administer": may_administer(project, request.user),
        "is_refresh": True,
    }
    return render(request, "observability/_session.html", named)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page is made of beside the timeline."""

    session: Session
    recording: Recording | None
    tasks: Sequence[Task]

    @property
    def version(self) -> str:
        """Another one means that there is something to fetch."""
        recording = self.recording
        audio = f"{recording.revision}.{recording.duration_ms}.{recording.place}" if recording else ""
        work = ".".join(f"{task.kind}{task.object_id}{task.is_failed:d}" for task in self.tasks)
        return f"{self.session.cursor}-{self.session.status}-{audio}-{work}"

    @property
    def is_worked_on(self) -> bool:
        return not all(task.is_failed for task in self.tasks)


def session_context(
    request: HttpRequest,
    project: Project,
    shown: Shown,
    *,
    spans_at_once: int = 0,
    logs_at_once: int = 0,
) -> dict[str, Any]:
    """What is not shown is not made."""
    session, recording = shown.session, shown.recording
    kept = kept_timeline_of(session)
    timeline = kept.timeline
    facts = recording_facts(timeline, recording)
    return {
        "session": session,
        "head": head_of(session, timeline),
        "figures": figures_of(timeline),
        "signals": signal_states(timeline, facts),
        "recording_facts": facts,
        "player": player_of(request, project, session, timeline, recording),
        "target_ms": TARGET_MS,
        "lines": lines_of(kept),
        "transcript_reason": timeline.completeness["transcript"].reason,
        "are_words_off": are_words_off(timeline),
        "spans": spans_asked_for(request, timeline, most=spans_at_once),
        "logs": SimpleLazyObject(lambda: logs_asked_for(request, timeline, most=logs_at_once)),
        "levels": LEVELS,
        "raw_kinds": KINDS.items(),
        "turn_indexes": [turn.index for turn in timeline.turns],
        "latency": SimpleLazyObject(lambda: latency_table(timeline)),
        "timeline": timeline,
        "report_facts": report_facts(session, timeline),
        "report_options": pretty(dict(timeline.report.options)) if timeline.report else "",
        "report_summary": pretty(dict(timeline.report.summary))
        if timeline.report and timeline.report.summary
        else "",
        "tag_rows": [(tag.name, pretty(tag.metadata) if tag.metadata else "") for tag in timeline.tags],
        "is_worked_on": shown.is_worked_on,
        "failures": [task for task in shown.tasks if task.is_failed],
        "version": shown.version,
        "refresh_every_s": refresh_every_s(shown, timeline),
    }


def refresh_every_s(shown: Shown, timeline: Timeline) -> int | None:
    """None once nothing more is expected."""
    if shown.is_worked_on:
        return REFRESH_WORK_S
    is_settled = all(signal.state != "expected" for signal in timeline.completeness.values())
    return None if shown.session.status != Session.Status.LIVE and is_settled else REFRESH_S


def report_facts(session: Session, timeline: Timeline) -> list[tuple[str, str]]:
    head, report = timeline.session, timeline.report
    facts = [
        ("Room", " ".join(part for part in (session.room_name, session.room_id) if part)),
        ("Jobs", ", ".join(head.job_ids)),
        ("Participant", head.participant_identity or session.participant),
        ("SDK", f"{head.sdk.language} {head.sdk.version}".strip()),
        ("SDK by its report", report.sdk_version if report else ""),
        ("End told by", session.end_signal.replace("_", " ")),
        ("Closed because", (head.close_reason or (report.close_reason if report else "")).replace("_", " ")),
        ("User turns by the SDK", str(report.user_turns) if report and report.user_turns is not None else ""),
        (
            "Errors by the SDK",
            ", ".join(f"{n} {kind}" for kind, n in report.errors.items() if n) if report else "",
        ),
        ("Traces", str(head.traces)),
        *counted_apart(session),
    ]
    return [(name, value) for name, value in facts if value]


def counted_apart(session: Session) -> list[tuple[str, str]]:
    """What was not kept as it came."""
    counts = {
        "Received twice, kept once": session.duplicate_count,
        "Could not be kept": session.rejected_count,
        "Values changed to be storable": session.discarded.get("sanitised", 0),
        "Redacted records": session.discarded.get("redacted", 0),
    }
    return [(name, f"{count:,}") for name, count in counts.items() if count]
