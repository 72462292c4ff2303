"""What this process counts for monitoring: how much and how fast. Labels are words of ours, never a tenant's."""

from prometheus_client import Counter, Gauge, Histogram

UPLOADS = Counter("playhead_uploads", "Uploads, by signal and what became of them.", ["signal", "outcome"])
UPLOAD_SECONDS = Histogram(
    "playhead_upload_seconds",
    "Seconds from the head of an upload to its answer.",
    ["signal"],
    buckets=[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10, 60],
)
RESPONSE_SECONDS = Histogram(
    "playhead_response_seconds",
    "Seconds until pages and the API answer, by route and class of status.",
    ["route", "status"],
    buckets=[0.025, 0.1, 0.25, 1, 5],
)
VIEWERS = Gauge("playhead_live_viewers", "Open live sockets.", multiprocess_mode="livesum")

SPANS = Counter(
    "playhead_spans", "Spans of our own work for a collector, by what became of them.", ["outcome"]
)


def count_upload(signal: str, outcome: str, seconds: float) -> None:
    UPLOADS.labels(signal, outcome).inc()
    UPLOAD_SECONDS.labels(signal).observe(seconds)


def count_response(route: str, status: int, seconds: float) -> None:
    RESPONSE_SECONDS.labels(route, f"{status // 100}xx").observe(seconds)


def count_spans(outcome: str, count: int) -> None:
    """sent, failed, dropped"""
    SPANS.labels(outcome).inc(count)
