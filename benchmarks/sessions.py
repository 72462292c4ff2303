"""Generated sessions with the shapes of the real SDK: spans of a captured session, four to a request.

270 spans in 68 requests, 2.6 kB a span before gzip, two thirds of it what was said before.
"""

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

from benchmarks.conversation import with_long_context

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
    trace_ids: list[str]


def generated_sessions(count: int, *, seed: int = 1) -> Iterator[GeneratedSession]:
    """Each has all spans of the captured session, longer and re-batched, with a job, trace and span ids of its own."""
    rng = random.Random(seed)
    template = with_long_context(captured_spans())
    raw = [body_of(template[i : i + SPANS_PER_REQUEST]) for i in range(0, len(template), SPANS_PER_REQUEST)]
    ids = {number for span in template for number in (span.trace_id, span.span_id)}
    places = [places_of(ids, body) for body in raw]
    for _ in range(count):
        job = f"AJ_{rng.randrange(10**ID_DIGITS):0{ID_DIGITS}d}"
        others = {number: masked(number, mask) for mask in [rng.randbytes(16)] for number in ids}
        bodies = [
            gzip.compress(JOB_ID.sub(job.encode(), with_ids(body, where, others)), 6)
            for body, where in zip(raw, places, strict=True)
        ]
        traces = {others[span.trace_id].hex() for span in template}
        yield GeneratedSession(job, len(template), bodies, sorted(traces))


def places_of(ids: set[bytes], body: bytes) -> list[tuple[int, bytes]]:
    """Where each of them stands: all messages are as long with other ids."""
    found = []
    for number in ids:
        at = body.find(number)
        while at >= 0:
            found.append((at, number))
            at = body.find(number, at + len(number))
    return found


def masked(number: bytes, mask: bytes) -> bytes:
    return bytes(byte ^ other for byte, other in zip(number, mask, strict=False))


def with_ids(body: bytes, places: list[tuple[int, bytes]], others: dict[bytes, bytes]) -> bytes:
    changed = bytearray(body)
    for at, number in places:
        changed[at : at + len(number)] = others[number]
    return bytes(changed)


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
