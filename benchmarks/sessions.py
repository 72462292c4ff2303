"""Generated sessions with the shapes of the real SDK: spans of a captured session, four to a request."""

import gzip
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jwt
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

CAPTURE = Path(__file__).resolve().parent.parent / "tests" / "captures" / "python" / "1.8.9_full"
SPANS_PER_REQUEST = 4
JOB_ID = re.compile(rb"AJ_\w{12}")
ID_DIGITS = 12


@dataclass(frozen=True, slots=True)
class GeneratedSession:
    job_id: str
    spans: int
    bodies: list[bytes]
    """gzip, in the order in which an SDK sends them."""


def generated_sessions(count: int, *, seed: int = 1) -> Iterator[GeneratedSession]:
    """Each has all spans of the captured session, re-batched, under a job of its own."""
    rng = random.Random(seed)
    template = captured_spans()
    raw = [body_of(template[i : i + SPANS_PER_REQUEST]) for i in range(0, len(template), SPANS_PER_REQUEST)]
    for _ in range(count):
        job = f"AJ_{rng.randrange(10**ID_DIGITS):0{ID_DIGITS}d}"
        # Span ids repeat between sessions: each session is a world of its own.
        bodies = [gzip.compress(JOB_ID.sub(job.encode(), body), 6) for body in raw]
        yield GeneratedSession(job, len(template), bodies)


def captured_spans() -> list[Span]:
    spans: list[Span] = []
    for file in sorted(CAPTURE.glob("*_traces.bin")):
        request = ExportTraceServiceRequest.FromString(gzip.decompress(file.read_bytes()))
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                spans.extend(scope.spans)
    return spans


def body_of(spans: list[Span]) -> bytes:
    first = ExportTraceServiceRequest.FromString(
        gzip.decompress(next(iter(sorted(CAPTURE.glob("*_traces.bin")))).read_bytes())
    )
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add(resource=first.resource_spans[0].resource)
    scope = resource.scope_spans.add(scope=first.resource_spans[0].scope_spans[0].scope)
    scope.spans.extend(spans)
    return request.SerializeToString()


def token(key: str, secret: str) -> str:
    claims = {"iss": key, "exp": int(time.time()) + 6 * 3600, "observability": {"write": True}}
    return jwt.encode(claims, secret, algorithm="HS256")


def http_request(path: str, body: bytes, *, bearer: str) -> bytes:
    """As Python's OTLP exporter writes it on a kept connection."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: OTel-OTLP-Exporter-Python/1.45.0\r\n"
        f"Content-Type: application/x-protobuf\r\nContent-Encoding: gzip\r\nAuthorization: Bearer {bearer}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
