"""Importing sessions from a page: files chosen or dropped, and what became of each session in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from observability.imports.refusals import ImportRefused
from observability.imports.run import Outcome, State, import_files
from observability.imports.upload import ImportUpload, receiving, sources_in
from observability.limits import MAX_IMPORT_BYTES, MAX_IMPORT_FILES
from observability.pages.wording import count
from projects.access import project_for_member
from projects.models import Project
from projects.pages.frame import note, page, signed_in

UNPROCESSABLE = 422
TOLD_APART = ("redacted", "nameless")
"""Of what is discarded: not left out, or not by the project's switches."""
TITLES: dict[State, str] = {
    "imported": "Imported",
    "added": "Completed",
    "already-here": "Here already",
    "refused": "Not imported",
}
ICONS: dict[State, str] = {"imported": "check", "added": "check", "already-here": "info", "refused": "error"}


@dataclass(frozen=True, slots=True)
class Result:
    """An outcome in words."""

    title: str
    icon: str
    state: State
    name: str
    job_id: str
    session_id: str
    said: str


@csrf_exempt  # until it is said where the body goes: the check reads it
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def session_import(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_member(request.user, slug)
    if request.method != "POST":
        return import_page(request, project)
    try:
        with receiving(request) as upload:
            return session_import_post(request, project, upload)
    except ImportRefused as refusal:
        return import_page(request, project, problem=str(refusal))


@csrf_protect
def session_import_post(request: HttpRequest, project: Project, upload: ImportUpload) -> HttpResponse:
    with sources_in(request, upload) as sources:
        project = project_for_member(request.user, project.slug)  # files take their time
        outcomes = import_files(project, sources, now=timezone.now())
    for outcome in outcomes:
        if outcome.has_changed:
            note(request, project, "session.imported", outcome.session_id)
    return import_page(request, project, outcomes)


def import_page(
    request: HttpRequest, project: Project, outcomes: Sequence[Outcome] = (), *, problem: str = ""
) -> HttpResponse:
    """The page, or what it swaps into itself."""
    told = {"results": [result_of(outcome) for outcome in outcomes], "problem": problem}
    if HtmxDetails(request):
        return render(request, "observability/_import_results.html", told | {"project": project})
    limits = {"max_bytes": MAX_IMPORT_BYTES, "max_files": MAX_IMPORT_FILES}
    status = UNPROCESSABLE if problem else 200
    return page(
        request,
        "observability/session_import.html",
        project,
        section="sessions",
        status=status,
        **told | limits,
    )


def result_of(outcome: Outcome) -> Result:
    return Result(
        title=TITLES[outcome.state],
        icon=ICONS[outcome.state],
        state=outcome.state,
        name=outcome.name,
        job_id=outcome.job_id,
        session_id=outcome.session_id,
        said=" ".join(filter(None, [added(outcome), outcome.message, left_out(outcome)])),
    )


def added(outcome: Outcome) -> str:
    if not outcome.has_changed:
        return ""
    recordings = f" and {count(outcome.recordings, 'recording')}" if outcome.recordings else ""
    return f"{count(outcome.records, 'record')}{recordings} added."


def left_out(outcome: Outcome) -> str:
    """What of it was not kept as it came."""
    rejected = f"{count(outcome.rejected, 'record')} could not be read." if outcome.rejected else ""
    gone = sum(outcome.discarded.values()) - sum(outcome.discarded.get(name, 0) for name in TOLD_APART)
    off = f"{count(gone, 'record')} left out, as this project's privacy settings say." if gone else ""
    changed = outcome.discarded.get("redacted", 0)
    redacted = f"{count(changed, 'record')} redacted." if changed else ""
    return " ".join(filter(None, [rejected, off, redacted]))
