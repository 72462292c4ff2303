"""`/api/v1/projects/{project}/insights/`"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import insights_schema as schema
from observability.api.doors import ProjectView
from observability.api.parameters import names_of, zone_of
from observability.insights.figures import insights_of
from observability.insights.percentiles import Spread
from observability.insights.scope import Scope, read_scope
from observability.insights.shapes import Insights, Period
from observability.queries.session_filters import BadFilter


class FiguresOverTime(ProjectView):
    takes = names_of(schema.PARAMETERS)

    @extend_schema(
        operation_id="insights",
        summary="Figures across sessions",
        parameters=schema.PARAMETERS,
        responses=schema.InsightsFields,
    )
    def get(self, request: Request, project: str) -> Response:
        """Of sessions that are over and processed, by when they were first received. Unknown is null.

        `live` and `waiting` say how many of the range are not counted. The list of sessions with `counted=yes` and the
        same filters and `time_zone` has exactly those that are.
        """
        scope = read_scope(self.project, request.GET.dict(), zone_of(request), now=timezone.now())
        if scope.asked.problems:
            raise BadFilter(" ".join(scope.asked.problems.values()))
        return Response(fields_of(scope, insights_of(scope)))


def fields_of(scope: Scope, insights: Insights) -> dict[str, Any]:
    return {
        "from": iso(scope.since),
        "to": iso(scope.until),
        "unit": scope.unit,
        "live": insights.live,
        "waiting": insights.waiting,
        "total": period_fields(insights.total),
        "before": period_fields(insights.before) if insights.before else None,
        "columns": [
            {
                "from": iso(each.since),
                "to": iso(each.until),
                **asdict(each.counts),
                "latency": spreads(each.latency),
            }
            for each in insights.columns
        ],
        "versions": [
            {
                "agent": each.agent,
                "sdk": each.sdk,
                "is_new": each.is_new,
                **asdict(each.counts),
                "e2e": asdict(each.e2e),
            }
            for each in insights.versions
        ],
        "tools": [asdict(each) for each in insights.tools],
        "models": [asdict(each) for each in insights.models],
        "errors": [asdict(each) for each in insights.errors],
        "verdicts": [asdict(each) for each in insights.verdicts],
        "slowest_turns": [
            {
                "session": str(each.session.public_id),
                "turn": each.turn,
                "agent": each.agent,
                "e2e_ms": each.e2e_ms,
            }
            for each in insights.slowest_turns
        ],
        "worst_sessions": [
            {
                "session": str(each.public_id),
                "errors": each.error_count,
                "slowest_answer_ms": each.slowest_answer_ms or None,
            }
            for each in insights.worst_sessions
        ],
    }


def period_fields(period: Period) -> dict[str, Any]:
    return {**asdict(period.counts), "latency": spreads(period.latency)}


def spreads(latency: Mapping[str, Spread]) -> dict[str, dict[str, Any]]:
    return {name.removesuffix("_ms"): asdict(spread) for name, spread in latency.items()}


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
