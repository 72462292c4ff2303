"""Model improvement: whether the project is in it, and exactly what would be kept of one of its sessions."""

from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observability.journal.archive import ArchiveLost
from observability.models import Session
from observability.pages.session_rows import name_of, place_of
from observability.queries.records import timeline_of
from observability.queries.sessions import session_in
from observability.retention.improvement import reasons_against
from observability.storage.bucket import StorageFailed
from observability.timeline.samples import TURNS_IN_A_SAMPLE, Sample, samples_of
from projects.access import project_for_admin
from projects.models import Project
from projects.pages.frame import page, signed_in

SESSIONS_TO_CHOOSE_FROM = 50


@require_safe
@signed_in
def improvement_show(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    sessions = list(Session.objects.for_project(project).order_by("-pk")[:SESSIONS_TO_CHOOSE_FROM])
    chosen = chosen_of(request, project) or next(iter(sessions), None)
    named: dict[str, Any] = {
        "is_on": settings.MODEL_IMPROVEMENT,
        "is_in": project.plan.in_model_improvement,
        "turns_at_most": TURNS_IN_A_SAMPLE,
        "choices": [(str(each.public_id), f"{name_of(each)}, {place_of(each)}") for each in sessions],
        "chosen": chosen,
    }
    if chosen is not None:
        chosen.project = project
        named |= {"reasons": reasons_against(chosen), **kept_of(chosen)}
    return page(
        request, "observability/improvement.html", project, section="settings", place="privacy", **named
    )


def chosen_of(request: HttpRequest, project: Project) -> Session | None:
    """Raises Http404 for a session that is not the project's."""
    public_id = request.GET.get("session")
    if not public_id:
        return None
    try:
        return session_in(project, UUID(public_id))
    except ValueError:
        raise Http404 from None


def kept_of(session: Session) -> dict[str, Any]:
    try:
        samples = samples_of(timeline_of(session))
    except (ArchiveLost, StorageFailed):
        return {"is_unreadable": True}
    return {"samples": [shown(sample) for sample in samples]}


def shown(sample: Sample) -> dict[str, str]:
    return {
        "turns": ", ".join(f"{turn['role']} {turn['words']} words" for turn in sample["turns"]),
        "json": orjson.dumps(sample, option=orjson.OPT_INDENT_2).decode(),
    }
