"""`/metrics`, for Prometheus: what processes counted, and what the database knows of waiting work."""

import os
from collections.abc import Iterator

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from observability.jobs import KINDS
from observability.models import PurgeRun, Session
from observability.queries.system import queues


def metrics(request: HttpRequest) -> HttpResponse:
    """Not there at all unless METRICS_TOKEN is set; then for whoever sends it."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(token.strip(), settings.METRICS_TOKEN):
        return HttpResponse(
            "Send METRICS_TOKEN as a bearer token.\n", status=401, headers={"WWW-Authenticate": "Bearer"}
        )
    known = CollectorRegistry()
    known.register(Work())
    return HttpResponse(generate_latest(counted()) + generate_latest(known), content_type=CONTENT_TYPE_LATEST)


def counted() -> CollectorRegistry:
    """By all processes that share a folder for it, or by this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


class Work(Collector):
    def collect(self) -> Iterator[Metric]:
        try:
            yield from work_told()
            is_up = 1
        except DatabaseError:
            is_up = 0
        yield GaugeMetricFamily(
            "playhead_database_up", "Whether the database answered just now.", value=is_up
        )


def work_told() -> list[Metric]:
    now = timezone.now()
    known = queues(now)
    return [
        jobs_told("waiting", "Jobs that are not done yet.", {each.kind: each.waiting for each in known}),
        jobs_told("set_aside", "Jobs that were given up.", {each.kind: each.set_aside for each in known}),
        jobs_told(
            "lag_seconds",
            "How long the oldest due job has waited.",
            {each.kind: each.lag_s for each in known},
        ),
        sessions_told(),
        purge_told(),
    ]


def jobs_told(figure: str, meaning: str, known: dict[str, int]) -> Metric:
    gauge = GaugeMetricFamily(f"playhead_jobs_{figure}", meaning, labels=["kind"])
    for kind in KINDS:
        gauge.add_metric([kind], known.get(kind, 0))
    return gauge


def sessions_told() -> Metric:
    gauge = GaugeMetricFamily("playhead_sessions", "Sessions that have not expired.", labels=["status"])
    living = Session.objects.filter(expires_at__gt=timezone.now())
    known = dict(living.values_list("status").annotate(n=Count("pk")))
    for status in Session.Status.values:
        gauge.add_metric([status], known.get(status, 0))
    return gauge


def purge_told() -> Metric:
    last = PurgeRun.objects.filter(ended_at__isnull=False).order_by("-pk").first()
    ended_s = last.ended_at.timestamp() if last and last.ended_at else 0
    return GaugeMetricFamily(
        "playhead_last_purge_timestamp_seconds", "When a purge last came to its end; 0: never.", value=ended_s
    )
