"""The Insights page: figures over time, each of which leads to the sessions that it counts."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url
from django_htmx.middleware import HtmxDetails

from observability.insights.figures import insights_of
from observability.insights.scope import NAMES, TIMES, USUAL, Scope, read_scope
from observability.insights.shapes import Insights
from observability.models import Session
from observability.pages.insight_cards import cards_of
from observability.pages.insight_charts import chart_of
from observability.pages.insight_links import SessionsOf
from observability.pages.insight_parts import FIGURES, parts_of
from observability.pages.insight_tables import tables_of
from observability.pages.reader_clock import zone_of
from observability.pages.session_filters import BY_NAME, field_of
from observability.pages.wording import count
from observability.queries.session_filters import WITHIN
from observability.queries.session_names import names_lately
from projects.access import may_administer, project_for_viewer
from projects.pages.frame import page, signed_in

FORM = "insights-filters"
IN_THE_BAR = ("from", "to", "agent", "sdk")


@require_safe
@never_cache
@signed_in
def insights_show(request: HttpRequest, slug: str) -> HttpResponse:
    """Whoever changed a filter has it in the address from then on."""
    project = project_for_viewer(request.user, slug)
    scope = read_scope(project, request.GET.dict(), zone_of(request), now=timezone.now())
    named = filters_of(scope) | figures_of(scope, insights_of(scope))
    named |= {"may_connect": SimpleLazyObject(lambda: may_administer(project, request.user))}
    if HtmxDetails(request).trigger != FORM:
        return page(request, "observability/insights.html", project, section="insights", **named)
    response = render(request, "observability/_insights.html", named | {"project": project})
    query = scope.asked.as_query()
    return replace_url(
        response, reverse("observability:insights", args=[slug]) + (f"?{query}" if query else "")
    )


def filters_of(scope: Scope) -> dict[str, Any]:
    names, asked = names_lately(scope.project), scope.asked
    fields = [field_of(BY_NAME[name], asked, names.get(name, ())) for name in NAMES if name != "within"]
    more = [field for field in fields if field.name not in IN_THE_BAR]
    within = asked.texts.get("within", "" if {"from", "to"} & asked.texts.keys() else USUAL)
    return {
        "ranges": [
            (text, label, text == within, with_range(scope, text)) for text, (label, _) in WITHIN.items()
        ],
        "within": asked.texts.get("within", ""),
        "bar": [field for field in fields if field.name in IN_THE_BAR],
        "more": more,
        "is_more_open": any(field.value for field in more),
        "is_filtered": bool(asked.texts),
        "problems": [*asked.problems.values()],
    }


def with_range(scope: Scope, within: str) -> str:
    texts = {name: text for name, text in scope.asked.texts.items() if name not in TIMES}
    return urlencode(texts | {"within": within})


def figures_of(scope: Scope, insights: Insights) -> dict[str, Any]:
    sessions = SessionsOf(scope)
    is_empty = not insights.total.counts.sessions
    return {
        "scope": scope,
        "insights": insights,
        "is_empty": is_empty,
        "has_any": not is_empty or Session.objects.for_project(scope.project).exists(),
        "left_out": left_out(insights),
        "not_counted_href": sessions.href(counted="no"),
        "cards": cards_of(insights, sessions),
        "chart": chart_of(insights, sessions),
        "parts": parts_of(insights),
        "part_heads": FIGURES,
        "tables": tables_of(insights, sessions),
    }


def left_out(insights: Insights) -> str:
    told = [
        f"{count(insights.live, 'session')} still live" if insights.live else "",
        f"{count(insights.waiting, 'session')} not processed yet" if insights.waiting else "",
    ]
    return " and ".join(part for part in told if part)
