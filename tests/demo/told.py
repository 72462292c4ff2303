"""A demo session read back from its uploads with the official protobuf classes alone."""

import json
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

import av
import numpy as np
from livekit.protocol.metrics import MetricsRecordingHeader
from numpy.typing import NDArray
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import HistogramDataPoint, Metric, NumberDataPoint
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from observability.demo.recording import Recording
from observability.demo.requests import Upload
from observability.demo.script import Script

STARTED_NS = 1_795_000_000_123_456_789
SAMPLES_PER_MS = 48


def value_of(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "kvlist_value":
        return attributes_of(value.kvlist_value.values)
    if kind == "array_value":
        return [value_of(one) for one in value.array_value.values]
    return getattr(value, kind) if kind else None


def attributes_of(pairs: Any) -> dict[str, Any]:
    assert all(isinstance(pair, KeyValue) for pair in pairs)
    return {pair.key: value_of(pair.value) for pair in pairs}


Point = NumberDataPoint | HistogramDataPoint


def points_of(metric: Metric) -> list[Point]:
    return [*metric.sum.data_points, *metric.histogram.data_points]


@dataclass(frozen=True)
class Told:
    script: Script
    uploads: list[Upload]

    @cached_property
    def batches(self) -> list[list[Span]]:
        requests = [ExportTraceServiceRequest.FromString(one.body) for one in self.of("traces")]
        return [
            [
                span
                for group in request.resource_spans
                for scoped in group.scope_spans
                for span in scoped.spans
            ]
            for request in requests
        ]

    @cached_property
    def spans(self) -> list[Span]:
        return [span for batch in self.batches for span in batch]

    @cached_property
    def logs(self) -> list[tuple[str, LogRecord]]:
        """With the name of their scope."""
        requests = [ExportLogsServiceRequest.FromString(one.body) for one in self.of("logs")]
        return [
            (scoped.scope.name, record)
            for request in requests
            for group in request.resource_logs
            for scoped in group.scope_logs
            for record in scoped.log_records
        ]

    @cached_property
    def points(self) -> list[tuple[str, Point]]:
        requests = [ExportMetricsServiceRequest.FromString(one.body) for one in self.of("metrics")]
        return [
            (metric.name, point)
            for request in requests
            for group in request.resource_metrics
            for scoped in group.scope_metrics
            for metric in scoped.metrics
            for point in points_of(metric)
        ]

    @cached_property
    def recording(self) -> Recording:
        (upload,) = self.of("recording")
        assert upload.recording is not None
        return upload.recording

    @cached_property
    def header(self) -> MetricsRecordingHeader:
        return MetricsRecordingHeader.FromString(self.recording.header)

    @property
    def audio_start_ns(self) -> int:
        return self.header.start_time.ToNanoseconds()

    @cached_property
    def items(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = json.loads(self.recording.chat_history)["items"]
        return items

    @cached_property
    def sound(self) -> NDArray[np.float32]:
        """Two rows, the caller's and the agent's, at 48 kHz."""
        with av.open(BytesIO(self.recording.audio), "r") as file:
            return np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)

    def of(self, signal: str) -> list[Upload]:
        return [one for one in self.uploads if one.signal == signal]

    def named(self, *names: str) -> list[Span]:
        return sorted(
            (one for one in self.spans if one.name in names), key=lambda one: one.start_time_unix_nano
        )

    def bodies(self, scope: str, body: str) -> list[dict[str, Any]]:
        found = [attributes_of(one.attributes) for name, one in self.logs if name == scope]
        return [
            one
            for one, (_, record) in zip(found, self.scoped(scope), strict=True)
            if value_of(record.body) == body
        ]

    def counts(self, name: str) -> list[NumberDataPoint]:
        return [point for known, point in self.points if known == name and isinstance(point, NumberDataPoint)]

    def scoped(self, scope: str) -> list[tuple[str, LogRecord]]:
        return [one for one in self.logs if one[0] == scope]
