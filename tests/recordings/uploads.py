"""Recording uploads, as SDKs send them (docs/contract.md §9) and as nobody should."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

from livekit.protocol.metrics import MetricsRecordingHeader

from observability.recordings.form import RecordingForm
from tests.captured import CapturedRequest, captured

BOUNDARY = "7e9004244280445193e4ca2a8fb42b77"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
AUDIO_START_S = 1_795_336_557


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    content: bytes
    file_name: str | None = "file"
    headers: tuple[str, ...] = ()
    announced_bytes: int | None = None
    """Another Content-Length than the true one."""

    def encoded(self) -> bytes:
        length = len(self.content) if self.announced_bytes is None else self.announced_bytes
        file_name = "" if self.file_name is None else f'; filename="{self.file_name}"'
        lines = [
            f"--{BOUNDARY}",
            "Content-Type: application/octet-stream",
            f'Content-Disposition: form-data; name="{self.name}"{file_name}',
            f"Content-Length: {length}",
            *self.headers,
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.content + b"\r\n"


def form_of(*parts: Part) -> bytes:
    return b"".join(part.encoded() for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def header_part(
    *, job_id: str = "AJ_1", room_id: str = "RM_1", start_s: int = AUDIO_START_S, **fields: Any
) -> Part:
    header = MetricsRecordingHeader(job_id=job_id, room_id=room_id, **fields)
    header.start_time.seconds = start_s
    return Part("header", header.SerializeToString(), "header.binpb")


def chat_part(*texts: str) -> Part:
    items = [
        {
            "id": f"item_{number}",
            "type": "message",
            "role": "user",
            "content": [text],
            "created_at": AUDIO_START_S + number,
        }
        for number, text in enumerate(texts, 1)
    ]
    return Part("chat_history", json.dumps({"items": items}).encode(), "chat_history.json")


def audio_part(content: bytes = b"OggS and some sound", **fields: Any) -> Part:
    return Part("audio", content, "recording.ogg", **fields)


def upload(
    *,
    job_id: str = "AJ_1",
    room_id: str = "RM_1",
    audio: bytes = b"OggS and some sound",
    texts: tuple[str, ...] = ("Hello?",),
) -> bytes:
    return form_of(header_part(job_id=job_id, room_id=room_id), chat_part(*texts), audio_part(audio))


@dataclass(slots=True)
class Stream:
    """A body that comes in pieces of any size, such as a socket gives."""

    body: bytes
    piece_bytes: int = 65536
    fails_at_end: bool = False
    _file: io.BytesIO = field(init=False)

    def __post_init__(self) -> None:
        self._file = io.BytesIO(self.body)

    def read(self, size: int, /) -> bytes:
        chunk = self._file.read(min(size, self.piece_bytes))
        if not chunk and self.fails_at_end:
            raise OSError("The client hung up.")
        return chunk


def captured_recording(run: str) -> CapturedRequest:
    return next(request for request in captured(run) if request.signal == "recordings")


def contents(form: RecordingForm) -> dict[str, bytes]:
    """The parts that arrived, as bytes."""
    small = {name: part.content() for name in ("header", "chat_history") if (part := getattr(form, name))}
    return small | ({"audio": form.audio.path.read_bytes()} if form.audio else {})
