"""An agent as the server sees it: signs a token, sends a request through the whole WSGI application."""

import gzip
import time
from typing import Any

import jwt
import pytest
from django.http import HttpResponse
from django.test import Client
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from observability.ingest.credentials import forget_verdicts
from observability.ingest.pace import pace
from observability.ingest.refused import forget_refusals
from tests.people import API_KEY, API_SECRET

PROTOBUF = "application/x-protobuf"
START_NS = 1_795_336_557_000_000_000


def token(*, key: str = API_KEY, secret: str = API_SECRET, **claims: Any) -> str:
    """As an SDK signs it; a claim given as None is left out."""
    usual = {"iss": key, "exp": int(time.time()) + 6 * 3600, "observability": {"write": True}}
    return jwt.encode({k: v for k, v in (usual | claims).items() if v is not None}, secret, algorithm="HS256")


class Agent:
    """Sends to one project."""

    def __init__(self, base: str = "/p/acme", **token_args: Any) -> None:
        self.base = base
        self.token_args = token_args
        self.client = Client(raise_request_exception=False)

    def send(
        self,
        signal: str,
        body: bytes,
        *,
        content_type: str = PROTOBUF,
        path: str | None = None,
        bearer: str | None = None,
        compress: bool = False,
        **headers: str,
    ) -> HttpResponse:
        if compress:
            body, headers = gzip.compress(body), {"Content-Encoding": "gzip", **headers}
        where = path or f"{self.base}/observability/{signal}/otlp/v0"
        given = {"Authorization": f"Bearer {bearer or token(**self.token_args)}", **headers}
        # PATH_INFO apart, since the client takes what follows two slashes for a host.
        return self.client.generic(  # type: ignore[return-value]
            "POST", "/", body, content_type=content_type, headers=given, PATH_INFO=where
        )


@pytest.fixture
def agent(api_key: object) -> Agent:
    forget_verdicts()
    pace.forget()
    forget_refusals()
    return Agent()


def text(value: str) -> AnyValue:
    return AnyValue(string_value=value)


def attributes(**values: str) -> list[KeyValue]:
    return [KeyValue(key=key, value=text(value)) for key, value in values.items()]


def spans(*names: str, job: str = "AJ_1", room: str = "RM_1", first_id: int = 1, **told: str) -> bytes:
    """An export of spans of one job, a second each; all of them have what is told besides."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number, name in enumerate(names, first_id):
        scope.spans.add(
            trace_id=b"t" * 16,
            span_id=number.to_bytes(8),
            name=name,
            start_time_unix_nano=START_NS + number * 10**9,
            end_time_unix_nano=START_NS + (number + 1) * 10**9,
            attributes=attributes(job_id=job, room_id=room, **told),
        )
    return request.SerializeToString()


def logs(*bodies: str, job: str = "AJ_1", room: str = "RM_1", scope: str = "my-agent") -> bytes:
    """An export of log records of one job, all at the same moment."""
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add().scope_logs.add()
    group.scope.name = scope
    for body in bodies:
        group.log_records.add(
            time_unix_nano=START_NS,
            severity_number=9,
            body=text(body),
            attributes=attributes(job_id=job, room_id=room),
        )
    return request.SerializeToString()
