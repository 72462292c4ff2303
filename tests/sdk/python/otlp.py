"""A program that has nothing to do with LiveKit, with OpenTelemetry's own exporters set up by the environment."""

import logging

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

traces, logs = TracerProvider(), LoggerProvider()
traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
trace.set_tracer_provider(traces)
metrics.set_meter_provider(meters)
logger = logging.getLogger("order-desk")
logger.addHandler(LoggingHandler(logger_provider=logs))
tracer = trace.get_tracer("order-desk")

named = {"session.id": "python-exporter"}
with tracer.start_as_current_span("take order", attributes=named):
    with tracer.start_as_current_span("ask the model", attributes=named):
        logger.warning("the model is slow")
    metrics.get_meter("order-desk").create_counter("orders").add(1, named)

for provider in (traces, logs, meters):
    provider.shutdown()
