"""Spans on their way to a collector: from a bounded queue, by a thread of its own, so that no request waits for it.

Imported only where there is a collector. The library's own batches are not used, because they do not count what they
drop, and begin their thread before a server forks.
"""

import atexit
import os
import threading
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from requests import Session

from observability.measures import count_spans

MAX_WAITING = 2_048
"""Spans; some 2 KB each. Beyond it they are dropped and counted, as while the collector is away."""
MAX_AT_ONCE = 512
EVERY_S = 5.0
ENDS_WITHIN_S = 2.0


def new_tracer(*, ratio: float, headers: dict[str, str]) -> Any:
    """Of such a share of requests and jobs. Address, headers and certificates: the exporter reads OTEL_… by itself."""
    session = Session()
    session.headers.update(headers)
    name = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "playhead"}
    provider = TracerProvider(
        sampler=TraceIdRatioBased(ratio), resource=Resource.create(name), shutdown_on_exit=False
    )
    provider.add_span_processor(Exporting(OTLPSpanExporter(session=session)))
    return provider.get_tracer("playhead")


class Exporting(SpanProcessor):
    """Each process has a queue and a thread of its own from its first span on."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter
        self.begins = threading.Lock()
        self.process = 0

    def on_end(self, span: ReadableSpan) -> None:
        if self.process != os.getpid():
            self.begin()
        try:
            self.waiting.put_nowait(span)
        except Full:
            count_spans("dropped", 1)

    def begin(self) -> None:
        with self.begins:
            if self.process == os.getpid():
                return
            self.waiting: Queue[ReadableSpan] = Queue(MAX_WAITING)
            self.ends = threading.Event()
            self.thread = threading.Thread(target=self.run, name="export of spans", daemon=True)
            self.thread.start()
            atexit.register(self.shutdown)
            self.process = os.getpid()

    def run(self) -> None:
        while not self.ends.wait(EVERY_S):
            self.send_all()
        self.send_all()

    def send_all(self) -> None:
        while spans := self.next_ones():
            outcome = "failed"
            with suppress(Exception):  # whatever is wrong with the collector is not ours to fail of
                outcome = "sent" if self.exporter.export(spans) is SpanExportResult.SUCCESS else "failed"
            count_spans(outcome, len(spans))

    def next_ones(self) -> list[ReadableSpan]:
        spans: list[ReadableSpan] = []
        with suppress(Empty):
            while len(spans) < MAX_AT_ONCE:
                spans.append(self.waiting.get_nowait())
        return spans

    def shutdown(self) -> None:
        """At the end of the process; what a collector does not take by then is lost."""
        if self.process == os.getpid():
            self.ends.set()
            self.thread.join(ENDS_WITHIN_S)
