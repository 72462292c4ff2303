"""Downloads from the pages: asking for a zip, hearing how far it is, fetching it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from observability.exports.ask import TooManyExports, ask_for_export
from observability.exports.fetch import export_in, file_of
from observability.limits import MAX_EXPORT_SESSIONS
from observability.models import Export
from observability.queries.sessions import sessions_in
from observability.recordings.files import MissingFile, StorageFailed
from observability.recordings.playback import file_response
from projects.access import may_hear_audio, project_for_viewer
from projects.audit import note_looks, onlooker_of
from projects.models import Project
from projects.pages.frame import note, posted_from, signed_in

UNAVAILABLE = "The storage cannot be reached. Try again in a moment."


@posted_from("observability:session-list")
@signed_in
def download_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Of each `session` that the form names; together they are one zip."""
    project = project_for_viewer(request.user, slug)
    ids = ids_of(request)
    if len(ids) > MAX_EXPORT_SESSIONS:
        return state_page(request, project, problem=f"Choose at most {MAX_EXPORT_SESSIONS} sessions.")
    sessions = sessions_in(project, ids)
    may_hear = may_hear_audio(project, request.user)
    try:
        export = ask_for_export(project, sessions, asker=onlooker_of(request), may_hear=may_hear)
    except TooManyExports as refusal:
        return state_page(request, project, problem=str(refusal))
    for session in sessions:
        note(request, project, "download.asked", str(session.public_id))
    return state_page(request, project, export)


@require_safe
@signed_in
def download_state(request: HttpRequest, slug: str, export_id: UUID) -> HttpResponse:
    """What a page that waits swaps into itself."""
    project = project_for_viewer(request.user, slug)
    return state_page(request, project, export_of(request, project, export_id))


@require_safe
@signed_in
def download_file(request: HttpRequest, slug: str, export_id: UUID) -> HttpResponseBase:
    project = project_for_viewer(request.user, slug)
    export = export_of(request, project, export_id)
    try:
        response = file_response(request, file_of(export))
    except MissingFile:
        raise Http404 from None
    except StorageFailed:
        return HttpResponse(UNAVAILABLE, status=503, headers={"Retry-After": "2"}, content_type="text/plain")
    ids = export.sessions.values_list("public_id", flat=True)
    note_looks(project, onlooker_of(request), "session.downloaded", map(str, ids))
    return response


def ids_of(request: HttpRequest) -> Sequence[UUID]:
    """Each once. Http404 for what is no id, as for one that is not known."""
    try:
        ids = {UUID(text) for text in request.POST.getlist("session")}
    except ValueError:
        raise Http404 from None
    if not ids:
        raise Http404
    return list(ids)


def export_of(request: HttpRequest, project: Project, export_id: UUID) -> Export:
    return export_in(project, export_id, may_hear=may_hear_audio(project, request.user))


def state_page(
    request: HttpRequest, project: Project, export: Export | None = None, *, problem: str = ""
) -> HttpResponse:
    problem = problem or (export.note if export else "")
    named: dict[str, Any] = {"project": project, "export": export, "problem": problem}
    response = render(request, "observability/_download_state.html", named)
    response["Cache-Control"] = "private, no-store"
    return response
