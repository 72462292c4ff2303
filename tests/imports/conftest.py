import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from observability.imports.loose import Source
from observability.imports.run import Outcome, import_files
from observability.journal.read import batches_of
from observability.models import Session
from observability.queries.records import context_of, records_of
from observability.timeline import build
from observability.timeline.model import Timeline
from projects.models import Project
from tests.exports.conftest import Opened, answers_are_closed, ask, download, replay, script, talk
from tests.sending import agent

__all__ = ["agent", "answers_are_closed", "ask", "download", "replay", "script", "talk"]


def source(content: bytes, name: str = "session.zip") -> Source:
    return Source(name, io.BytesIO(content), len(content))


def take_in(project: Project, *files: bytes | tuple[str, bytes]) -> list[Outcome]:
    """As whoever imports these files together."""
    named = [source(file) if isinstance(file, bytes) else source(file[1], file[0]) for file in files]
    return import_files(project, named, now=timezone.now())


def session_of(outcome: Outcome) -> Session:
    return Session.objects.get(public_id=outcome.session_id)


def timeline_of(session: Session) -> Timeline:
    """Without the clock, which nothing stored tells."""
    session = Session.objects.get(pk=session.pk)
    return build(batches_of(session), context=replace(context_of(session), now_ns=0))


def by_kind(session: Session) -> dict[str, list[Any]]:
    records = records_of(Session.objects.get(pk=session.pk))
    kinds = ("recording_header", "span", "log", "metric", "chat_item")
    return {kind: [record for record in records if record["signal"] == kind] for kind in kinds}


def changed(opened: Opened, members: dict[str, bytes | None], *, lists: bool = True) -> bytes:
    """The zip with other members, None for none; its manifest is true of them if `lists`."""
    import hashlib

    contents = {name: opened.bytes(name) for name in opened.names}
    contents |= {name: content for name, content in members.items() if content is not None}
    contents = {name: content for name, content in contents.items() if members.get(name, b"") is not None}
    if lists:
        manifest = json.loads(contents["manifest.json"])
        manifest["members"] = [
            {"name": name, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in contents.items()
            if name != "manifest.json"
        ]
        contents["manifest.json"] = json.dumps(manifest).encode()
    return zipped(contents)


def zipped(contents: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def zip_of(download: Callable[..., Opened]) -> Callable[[Session], bytes]:
    return lambda session: download(session).content
