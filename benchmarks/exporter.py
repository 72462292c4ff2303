"""One agent's telemetry by OpenTelemetry's own exporters, set up as LiveKit's SDK does; for benchmarks/resilience.py.

It runs in the environment of the SDK: exporter.py URL TOKEN JOB. Until its input ends it makes 20 numbered spans and
log records a second; then it says how many there were.
"""

import logging
import select
import sys

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

EVERY_S = 0.05
BATCHES_EVERY_MS = 1000

url, token, job = sys.argv[1:]
how = {"headers": {"Authorization": f"Bearer {token}"}, "compression": Compression.Gzip}
spans = OTLPSpanExporter(f"{url}/observability/traces/otlp/v0", **how)
records = OTLPLogExporter(f"{url}/observability/logs/otlp/v0", **how)
traces, logs = TracerProvider(), LoggerProvider()
traces.add_span_processor(BatchSpanProcessor(spans, schedule_delay_millis=BATCHES_EVERY_MS))
logs.add_log_record_processor(BatchLogRecordProcessor(records, schedule_delay_millis=BATCHES_EVERY_MS))
tracer = traces.get_tracer("resilience")
logger = logging.getLogger("resilience")
logger.propagate = False
logger.setLevel(logging.INFO)
logger.addHandler(LoggingHandler(logger_provider=logs))

count = 0
named = {"job_id": job, "room_id": f"RM_{job}"}
while not select.select([sys.stdin], [], [], EVERY_S)[0]:
    count += 1
    with tracer.start_as_current_span(f"span {count}", attributes=named):
        logger.info("record %d", count, extra=named)
traces.shutdown()
logs.shutdown()
print(count)
