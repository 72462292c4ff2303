"""Plan and usage: what was used this month, what happens at the limit, and another plan."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.views.decorators.http import require_http_methods, require_safe

from projects.access import may_change_plan, project_for_admin
from projects.actions import change_plan
from projects.models import Plan, Project
from projects.pages.frame import note, page, reader_of, signed_in
from projects.plan_words import what_changes
from projects.usage import Usage, beginning_of, is_storage_counted, month_after, usage_by_month

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Meter:
    """What was used of what the plan allows; `allowed` is None where there is no limit."""

    name: str
    used: int
    allowed: int | None

    @property
    def is_used_up(self) -> bool:
        return self.allowed is not None and self.used >= self.allowed


@require_safe
@signed_in
def plan_show(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    now = timezone.now()
    months = usage_by_month(project, now=now, months=MONTHS_SHOWN)
    next_month: date = month_after(months[0].begins)
    named: dict[str, Any] = {
        "meters": meters_of(months[0], project.plan),
        "month": months[0],
        "is_storage_counted": is_storage_counted(project, now=now),
        "months": months_with_something(months),
        "next_month": next_month,
        "ends_in": timeuntil(beginning_of(next_month), now, depth=2),
        "plans": Plan.objects.all(),
        "may_change_plan": may_change_plan(project, reader_of(request)),
    }
    return page(request, "projects/plan.html", project, section="settings", place="plan", **named)


@require_http_methods(["GET", "POST"])
@signed_in
def plan_change(request: HttpRequest, slug: str, plan: str) -> HttpResponse:
    """Says what it means before anything is done."""
    project = project_for_admin(request.user, slug)
    if not may_change_plan(project, reader_of(request)):
        raise Http404
    chosen = get_object_or_404(Plan.objects.exclude(pk=project.plan_id), pk=plan)
    if request.method == "POST":
        return changed(request, project, chosen)
    [month] = usage_by_month(project, now=timezone.now(), months=1)
    named: dict[str, Any] = {"chosen": chosen, "changes": what_changes(project.plan, chosen, month)}
    return page(request, "projects/plan_change.html", project, section="settings", place="plan", **named)


def changed(request: HttpRequest, project: Project, chosen: Plan) -> HttpResponse:
    before = project.plan_id
    change_plan(project, chosen)
    note(request, project, "plan.changed", f"{before} to {chosen.pk}")
    messages.success(
        request, f"{project.name} is on {chosen.name} now. It counts for sessions that begin from now on."
    )
    return redirect("projects:plan-show", project.slug)


def meters_of(month: Usage, plan: Plan) -> list[Meter]:
    return [
        Meter("Events", month.events, plan.events_per_month),
        Meter("Recorded minutes", month.recording_minutes, plan.recording_minutes_per_month),
    ]


def months_with_something(months: list[Usage]) -> list[Usage]:
    """Newest first, down to the first month in which anything was."""
    known = [index for index, month in enumerate(months) if month.sessions or month.stored_bytes]
    return months[: max(known, default=0) + 1]
