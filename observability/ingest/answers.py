"""Writes what `views` answers: the export response or the refusal, in the request's own encoding."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from observability.ingest.refusals import Refused
from observability.ingest.telemetry import Accepted
from observability.otlp.answers import refusal, success
from observability.otlp.decode import Encoding


class Answers(BaseRenderer):
    charset = None
    render_style = "binary"
    encoding: Encoding

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        match data:
            case Accepted():
                return success(data.signal, self.encoding, rejected=data.rejected, message=data.message)
            case Refused():
                return refusal(data.grpc_code, str(data), self.encoding, retry_after_s=data.retry_after_s)
        return b""


class ProtobufAnswers(Answers):
    media_type = "application/x-protobuf"
    format = "protobuf"
    encoding = "protobuf"


class JsonAnswers(Answers):
    media_type = "application/json"
    format = "json"
    encoding = "json"
