"""Deleting the sessions that are chosen in the list: how many they are is said first, and afterwards what went."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from observability.limits import MAX_DELETE_SESSIONS
from observability.models import Recording, Session
from observability.pages.wording import count
from observability.queries.sessions import those_in
from observability.retention.delete import Receipt, delete_session, records_of
from projects.access import project_for_admin
from projects.models import Project
from projects.pages.frame import note, page, signed_in


@require_http_methods(["GET", "POST"])
@signed_in
def sessions_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """GET asks, and POST does it: each `session` that is still there."""
    project = project_for_admin(request.user, slug)
    sessions = those_in(project, ids_of(request.POST if request.method == "POST" else request.GET))
    if not sessions:
        messages.error(request, "None of the chosen sessions is here any more.")
        return redirect("observability:session-list", project.slug)
    if request.method != "POST":
        return question(request, project, sessions)
    receipts = [receipt for receipt in map(delete_session, sessions) if receipt]
    for receipt in receipts:
        note(request, project, "session.deleted", receipt.id)
    messages.success(request, said(receipts))
    return redirect("observability:session-list", project.slug)


def ids_of(given: QueryDict) -> Sequence[UUID]:
    """Each once. Http404 for what is no id, and for more than a page of the list can choose."""
    try:
        ids = {UUID(text) for text in given.getlist("session")}
    except ValueError:
        raise Http404 from None
    if len(ids) > MAX_DELETE_SESSIONS:
        raise Http404
    return list(ids)


def question(request: HttpRequest, project: Project, sessions: Sequence[Session]) -> HttpResponse:
    named: dict[str, Any] = {
        "sessions": sessions,
        "how_many": count(len(sessions), "session"),
        "going": going(sessions),
        "live": sum(session.status == Session.Status.LIVE for session in sessions),
    }
    if HtmxDetails(request):
        return render(request, "observability/_delete_several_dialog.html", named | {"project": project})
    return page(request, "observability/sessions_delete.html", project, section="sessions", **named)


def going(sessions: Sequence[Session]) -> list[str]:
    recordings = Recording.objects.filter(session__in=sessions)
    size = recordings.aggregate(all=Sum("size_bytes"))["all"] or 0
    audio = f"{count(recordings.count(), 'recording')}, {filesizeformat(size)}"
    return [
        f"{count(sum(map(records_of, sessions)), 'record')}: transcripts, spans, logs and metrics",
        f"{audio}, with their waveforms" if size else "no recording",
    ]


def said(receipts: Sequence[Receipt]) -> str:
    records, recordings = (
        sum(getattr(each, name) for each in receipts) for name in ("records", "recordings")
    )
    return (
        f"{count(len(receipts), 'session')} deleted, with {count(records, 'record')} and "
        f"{count(recordings, 'recording')}. Nobody can open them any more; their bytes are gone from "
        f"this server within 15 minutes."
    )
