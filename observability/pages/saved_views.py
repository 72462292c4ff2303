"""Saved views of the list: members save, rename and delete them; everybody who may look uses them."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from observability.models import SavedView
from observability.pages.reader_clock import zone_of
from observability.queries.session_filters import Asked, read_filters
from observability.sessions.saved_views import ViewRefused, delete_view, rename_view, save_view
from projects.access import project_for_member
from projects.models import Project
from projects.pages.frame import note, posted_from, reader_of, signed_in


def views_context(project: Project, asked: Asked) -> dict[str, Any]:
    views = list(SavedView.objects.filter(project=project).order_by("name"))
    query = asked.as_query()
    return {
        "views": views,
        "query": query,
        "view": next((each for each in views if each.query == query), None),
    }


@posted_from("observability:session-list")
@signed_in
def view_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Of the address it keeps what the list understands."""
    project = project_for_member(request.user, slug)
    query = read_filters(dict(parse_qsl(request.POST.get("query", ""))), zone_of(request)).as_query()
    try:
        view = save_view(project, request.POST.get("name", ""), query, by=reader_of(request))
    except ViewRefused as refusal:
        return back(request, slug, query, problem=str(refusal))
    note(request, project, "view.saved", view.name)
    return back(request, slug, query, said=f"{view.name} is saved for everybody in this project.")


@posted_from("observability:session-list")
@signed_in
def view_rename(request: HttpRequest, slug: str, view_id: int) -> HttpResponse:
    project = project_for_member(request.user, slug)
    view = view_in(project, view_id)
    try:
        rename_view(view, request.POST.get("name", ""))
    except ViewRefused as refusal:
        return back(request, slug, view.query, problem=str(refusal))
    note(request, project, "view.renamed", view.name)
    return back(request, slug, view.query, said=f"The view is now {view.name}.")


@posted_from("observability:session-list")
@signed_in
def view_delete(request: HttpRequest, slug: str, view_id: int) -> HttpResponse:
    project = project_for_member(request.user, slug)
    view = view_in(project, view_id)
    delete_view(view)
    note(request, project, "view.deleted", view.name)
    return back(request, slug, view.query, said=f"The view {view.name} is deleted. No session is.")


def view_in(project: Project, view_id: int) -> SavedView:
    view = SavedView.objects.filter(project=project, pk=view_id).first()
    if view is None:
        raise Http404
    return view


def back(request: HttpRequest, slug: str, query: str, *, said: str = "", problem: str = "") -> HttpResponse:
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, said)
    return redirect(reverse("observability:session-list", args=[slug]) + (f"?{query}" if query else ""))
