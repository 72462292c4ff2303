"""A word that stands in every field of a session and in its files is nowhere any more once it is purged."""

import json
from pathlib import Path
from typing import Any

import pytest
import zstandard
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection, models

from observability.compaction.tables import key_of
from observability.journal.codec import DICTIONARY
from observability.journal.seal import seal_session
from observability.models import (
    Archive,
    CompactedPart,
    CompactedSession,
    Fact,
    Job,
    Recording,
    Session,
    Waveform,
)
from observability.recordings.convert import convert_recording
from observability.recordings.waveform import analyse_recording
from observability.retention.purge import purge
from observability.sessions.facts import KINDS
from observability.storage import objects
from tests.recordings.sounds import captured_audio
from tests.recordings.uploads import audio_part, chat_part, form_of, header_part
from tests.retention.erasing import expire
from tests.sending import logs, spans

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "canary-7f3a9c"
AUDIO = captured_audio("python/1.8.9_second_session") + CANARY.encode()


def fill(row: models.Model) -> None:
    """Every text that the row can hold."""
    for field in row._meta.fields:
        if isinstance(field, models.JSONField):
            setattr(row, field.attname, {"said": [CANARY]})
        elif isinstance(field, models.CharField | models.TextField) and not field.choices:
            longest = field.max_length or len(CANARY)
            is_name_of_a_file = field.name == "name" and not isinstance(row, Fact)
            if longest >= len(CANARY) and not is_name_of_a_file:
                setattr(row, field.attname, CANARY)
        elif isinstance(field, models.BinaryField) and isinstance(row, Fact):
            setattr(row, field.attname, CANARY.encode())
    row.save()


def fact_of(kind: type[Fact], session: Session) -> Fact:
    """With a number wherever one belongs."""
    numbers = models.IntegerField | models.FloatField | models.BooleanField
    columns = [f.name for f in kind._meta.fields if isinstance(f, numbers) and not f.primary_key]
    of_session = {"project_id": session.project_id, "session": session, "expires_at": session.expires_at}
    return kind(**of_session, **dict.fromkeys(columns, 1))


def part_with(session: Session, word: str) -> CompactedPart:
    """As Parquet would hold it, in the clear, so that it is found."""
    part = CompactedPart(project=session.project, day=session.first_received_at.date(), session_count=1)
    part.keys = [
        key_of(table, session.project_id, str(part.day), str(part.public_id)) for table in ("spans", "turns")
    ]
    part.save()
    for key in part.keys:
        objects.write(key, word.encode(), content_type="application/octet-stream")
    return part


@pytest.fixture
def session(agent: Any, project: Any) -> Session:
    """Received through the doors, then filled wherever there was room left."""
    agent.send("traces", spans(CANARY, "llm_node"))
    agent.send("logs", logs(CANARY, "called " + CANARY))
    form = form_of(header_part(room_name=CANARY), chat_part(CANARY), audio_part(AUDIO))
    agent.send(
        "recordings",
        form,
        content_type="multipart/form-data; boundary=7e9004244280445193e4ca2a8fb42b77",
        path="/p/acme/observability/recordings/v0",
    )
    session = Session.objects.get()
    recording = Recording.objects.get()
    analyse_recording(recording.pk)
    convert_recording(recording.pk)
    seal_session(session.pk)
    agent.send("logs", logs(CANARY, "and once more " + CANARY))
    Job.objects.update(error=CANARY, state=Job.State.SET_ASIDE)
    name = recording.name
    archive = Archive.objects.get()
    for row in (Session.objects.get(), Recording.objects.get(), Waveform.objects.get(), archive):
        fill(row)
    for kind in KINDS:
        fill(fact_of(kind, Session.objects.get()))
    Recording.objects.update(name=name)
    CompactedSession.objects.create(session=archive.session, part=part_with(archive.session, CANARY))
    half = Path(settings.MEDIA_ROOT) / f"{name}.0a.half"
    half.write_text(CANARY)
    cache.set("other", "thing")
    return Session.objects.get()


def texts_in(value: Any) -> bytes:
    """Of one column, however it is written."""
    if isinstance(value, memoryview | bytes | bytearray):
        content = bytes(value)
        if content.startswith(zstandard.FRAME_HEADER):
            reader = zstandard.ZstdDecompressor(dict_data=DICTIONARY)
            return reader.stream_reader(content, read_across_frames=True).read()
        return content
    return json.dumps(value, default=str).encode()


def places_with(word: str) -> list[str]:
    """Tables by all their columns, and files under the data folder by their content and their name."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if any(word.encode() in texts_in(value) for row in cursor.fetchall() for value in row):
                found.append(table)
    for root in (settings.MEDIA_ROOT, settings.SPOOL_DIR):
        for path in Path(root).rglob("*"):
            if path.is_file() and (word in path.name or word.encode() in texts_in(path.read_bytes())):
                found.append(path.name)
    return sorted(found)


def test_the_search_finds_it_while_it_is_there(session: Session) -> None:
    tables = {"archive", "batch", "job", "recording", "session", "waveform"}
    tables |= {kind._meta.model_name for kind in KINDS}

    found = places_with(CANARY)

    assert {f"observability_{table}" for table in tables} <= set(found)
    assert [name for name in found if name.endswith((".half", ".ogg"))] == [
        "1.ogg",
        "1.ogg.0a.half",
    ]
    assert any(name.endswith(".jsonl.zst") for name in found)
    assert len([name for name in found if name.endswith(".parquet")]) == 2


def test_nothing_is_left_of_it_after_the_purge(session: Session) -> None:
    expire(session)

    assert purge().sessions_left == 0

    assert places_with(CANARY) == []
    assert not any(str(session.public_id) in str(path) for path in Path(settings.MEDIA_ROOT).rglob("*"))


def test_not_even_in_the_pages_that_sqlite_has_freed(session: Session) -> None:
    expire(session)

    purge()

    assert [file.name for file in database_files() if CANARY.encode() in file.read_bytes()] == []


def database_files() -> list[Path]:
    """With the log beside it; none of PostgreSQL, whose vacuum is its own business."""
    if connection.vendor != "sqlite":
        return []
    database = Path(connection.settings_dict["NAME"])
    return list(database.parent.glob(database.name + "*"))


def test_every_model_that_belongs_to_a_session_is_known() -> None:
    """Whoever adds one adds it to the canary as well."""
    below = {
        model.__name__
        for model in apps.get_app_config("observability").get_models()
        if any(field.related_model is Session for field in model._meta.fields)
    }

    assert below == {"Archive", "Batch", "CompactedSession", "Recording"} | {kind.__name__ for kind in KINDS}
