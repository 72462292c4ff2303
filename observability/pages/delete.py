"""Deleting a session: what would go is said first, in a dialog or on a page of its own, and afterwards what went."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from observability.models import Session
from observability.pages.session_rows import name_of, place_of
from observability.pages.wording import count
from observability.queries.sessions import session_in
from observability.retention.delete import Receipt, delete_session, receipt_of
from projects.access import project_for_admin
from projects.models import Project
from projects.pages.frame import note, page, signed_in


@require_http_methods(["GET", "POST"])
@signed_in
def session_delete(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """GET asks, and POST does it."""
    project = project_for_admin(request.user, slug)
    session = session_in(project, public_id)
    if request.method != "POST":
        return question(request, project, session)
    receipt = delete_session(session)
    if receipt is None:
        raise Http404
    note(request, project, "session.deleted", receipt.id)
    messages.success(request, said(receipt, session))
    return redirect("observability:session-list", project.slug)


def question(request: HttpRequest, project: Project, session: Session) -> HttpResponse:
    named: dict[str, Any] = {
        "session": session,
        "session_name": name_of(session),
        "session_place": place_of(session),
        "going": going(receipt_of(session)),
        "is_live": session.status == Session.Status.LIVE,
    }
    if HtmxDetails(request):
        return render(request, "observability/_delete_dialog.html", named | {"project": project})
    return page(request, "observability/session_delete.html", project, section="sessions", **named)


def going(receipt: Receipt) -> list[str]:
    """What of it there is."""
    audio = f"{count(receipt.recordings, 'recording')}, {filesizeformat(receipt.recording_bytes)}"
    return [
        f"{count(receipt.records, 'record')}: transcript, spans, logs and metrics",
        f"{audio}, with its waveform" if receipt.recordings else "no recording",
    ]


def said(receipt: Receipt, session: Session) -> str:
    return (
        f"Session {name_of(session)}, {place_of(session)}, is deleted, with {count(receipt.records, 'record')} and "
        f"{count(receipt.recordings, 'recording')}. Nobody can open it any more; its bytes are gone from "
        f"this server within 15 minutes."
    )
