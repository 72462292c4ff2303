"""Puts the demo sessions into a project, through the same acceptance as an agent's uploads."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

from django.conf import settings
from django.db import transaction

from observability.demo.editions import ENDED_BEFORE_S, SEEDED
from observability.demo.pace import NS_PER_S
from observability.demo.recording import Recording
from observability.demo.requests import Upload, demo_uploads, length_ns
from observability.demo.script import Script
from observability.ingest.telemetry import accept_telemetry
from observability.recordings.accept import accept_recording
from observability.recordings.form import read_form
from projects.audit import record_event
from projects.models import Project

BOUNDARY = "recording-of-a-demo-session-7e1c52d09b"
PARTS = (
    ("header", "header.binpb", "application/protobuf"),
    ("chat_history", "chat_history.json", "application/json"),
    ("audio", "recording.ogg", "audio/ogg"),
)


def seed(project: Project, *, now_ns: int, again: bool = False) -> list[str]:
    """Add the sessions that the project never had, as if they had just happened. Returns their job ids.

    One that was deleted or has expired stays away; `again` adds both anew, under new job ids.
    """
    if not project.privacy.observability:
        return []
    job_ids = []
    for script, ended_before_s in ENDED_BEFORE_S:
        editions = project.audit_events.filter(verb=SEEDED, target__startswith=script.job_id).count()
        if editions == 0 or again:
            edition = replace(script, edition=editions + 1)
            _add(project, edition, now_ns - ended_before_s * NS_PER_S - length_ns(edition), now_ns)
            job_ids.append(edition.job_id)
    return job_ids


def _add(project: Project, script: Script, started_ns: int, now_ns: int) -> None:
    """All of the session or nothing; the sound is made before the database is held."""
    uploads = list(demo_uploads(started_ns, script=script))
    with transaction.atomic():
        record_event(project, None, SEEDED, script.job_id)
        _accept(project, uploads, datetime.fromtimestamp(now_ns / NS_PER_S, UTC))


def _accept(project: Project, uploads: Iterable[Upload], now: datetime) -> None:
    for upload in uploads:
        if upload.signal == "recording":
            _accept_recording(project, upload.recording, now)
        else:
            accept_telemetry(project, upload.signal, upload.body, "application/x-protobuf", now=now)


def _accept_recording(project: Project, recording: Recording | None, now: datetime) -> None:
    assert recording is not None
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    body = BytesIO(multipart(recording))
    with read_form(body, content_type=content_type, spool_dir=settings.SPOOL_DIR) as form:
        accept_recording(project, form, now=now)


def multipart(recording: Recording) -> bytes:
    """The body of the upload, as Python's SDK writes it (docs/contract.md §9)."""
    chunks: list[bytes] = []
    for name, filename, kind in PARTS:
        content: bytes = getattr(recording, name)
        head = (
            f"--{BOUNDARY}\r\nContent-Type: {kind}\r\n"
            f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        chunks += [head.encode(), content, b"\r\n"]
    return b"".join([*chunks, f"--{BOUNDARY}--\r\n".encode()])
