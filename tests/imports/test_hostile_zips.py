"""A zip is anybody's: what is wrong with it is said, costs no memory, and leaves nothing behind."""

import io
import json
import shutil
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from django.utils import timezone

from observability.exports.ask import ask_for_export
from observability.imports.loose import Source
from observability.imports.refusals import ImportRefused, TooMuch, Unreadable
from observability.imports.run import import_files
from observability.models import Recording, Session
from projects.audit import Onlooker
from tests.api.conftest import received
from tests.exports.conftest import Opened, content_of, work
from tests.imports.conftest import by_kind, changed, session_of, source, take_in, zipped
from tests.lasting import folders, lasting_rows
from tests.people import ProjectFactory, UserFactory

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def talk_and_zip(django_db_setup, django_db_blocker):
    """The records of a session with everything, by kind, and its zip. Nothing else is left of it."""
    with lasting_rows(django_db_blocker):
        owner = UserFactory()
        talk = received("python/1.8.9_second_session", ProjectFactory())
        asker = Onlooker(owner, None, "127.0.0.1")
        export = ask_for_export(talk.project, [talk], asker=asker, may_hear=True)
        work()
        export.refresh_from_db()
        made = by_kind(talk), content_of(export)
    for folder in folders():
        shutil.rmtree(folder, ignore_errors=True)
    return made


@pytest.fixture
def opened(talk_and_zip):
    return Opened(talk_and_zip[1])


@pytest.fixture
def refused(other_project, settings):
    """The message; and that nothing is left of it."""

    def refused(*files, kind=ImportRefused):
        with pytest.raises(kind) as refusal:
            take_in(other_project, *files)
        assert not Session.objects.filter(project=other_project).exists()
        assert not [path for path in settings.SPOOL_DIR.rglob("*") if path.is_file()]
        return str(refusal.value)

    return refused


def test_file_that_was_changed_is_named(opened, refused):
    traces = opened.bytes("traces.json").replace(b"llm", b"LLM")

    said = refused(changed(opened, {"traces.json": traces}, lists=False))

    assert said.startswith("traces.json is not what manifest.json tells (SHA-256)")


def test_file_that_is_missing_is_named(opened, refused):
    said = refused(changed(opened, {"traces.json": None}, lists=False))

    assert said == "traces.json is missing from the zip. Download it again."


def test_file_that_was_added_is_named(opened, refused):
    said = refused(changed(opened, {"recording-rev7.ogg": b"OggS"}, lists=False))

    assert said == "recording-rev7.ogg is not in manifest.json, so it was added later."


@pytest.mark.parametrize("name", ["README.txt", "../../etc/passwd", "traces.json/x", "/traces.json", "x.py"])
def test_other_names_are_passed_over(opened, other_project, settings, name):
    contents = {each: opened.bytes(each) for each in opened.names} | {name: b"x" * 100}

    [outcome] = take_in(other_project, zipped(contents))

    assert outcome.state == "imported"


def test_zip_of_something_else_is_none_of_ours(refused):
    assert "no manifest.json" in refused(zipped({"a.txt": b"hello"}))
    assert "no manifest.json" in refused(zipped({"session.json": b"{}"}))


@pytest.mark.parametrize("cut", [10, 1000, -1, -30])
def test_zip_that_is_cut_short_is_refused(opened, refused, cut):
    refused(opened.content[:cut], kind=Unreadable)


@pytest.mark.parametrize("seed", range(25))
def test_zip_with_a_damaged_byte_is_imported_whole_or_not_at_all(opened, other_project, talk_and_zip, seed):
    content = bytearray(opened.content)
    content[(seed * 7919 + 13) * 97 % len(content)] ^= 0xFF

    try:
        [outcome] = take_in(other_project, bytes(content))
    except ImportRefused:
        assert not Session.objects.filter(project=other_project).exists()
    else:
        assert by_kind(session_of(outcome)) == talk_and_zip[0]


def test_bomb_is_refused_before_it_is_unpacked(opened, refused):
    """One member of 200 MiB of nothing."""
    bomb = changed(opened, {"traces.json": b"\0" * (200 * MIB)}, lists=False)
    tracemalloc.start()

    said = refused(bomb, kind=TooMuch)

    assert "300:1" in said
    assert tracemalloc.get_traced_memory()[1] < 20 * MIB
    tracemalloc.stop()


def test_member_that_lies_about_its_size_gives_no_more_than_it_says(opened, refused):
    """The entry says 100 bytes; 100 MiB follow."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = squeezed.compress(b"\0" * (100 * MIB)) + squeezed.flush()
    plain = zipped({name: opened.bytes(name) for name in opened.names if name != "traces.json"})
    zip_file = with_raw_member(plain, b"traces.json", data, size=100)
    tracemalloc.start()

    refused(zip_file, kind=Unreadable)

    assert tracemalloc.get_traced_memory()[1] < 20 * MIB
    tracemalloc.stop()


def with_raw_member(content: bytes, name: bytes, data: bytes, *, size: int) -> bytes:
    end = content.rfind(b"PK\x05\x06")
    entries, length, start = struct.unpack("<HII", content[end + 10 : end + 20])
    body, directory = content[:start], content[start : start + length]
    fields = (20, 0, 8, 0, 33, zlib.crc32(b"\0" * size), len(data), size, len(name), 0)
    local = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", *fields) + name + data
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + struct.pack("<HHHHHIIIHH", *fields)
    entry += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
    directory += entry
    tail = struct.pack("<HHHHIIH", 0, 0, entries + 1, entries + 1, len(directory), len(body) + len(local), 0)
    return body + local + directory + b"PK\x05\x06" + tail


@pytest.mark.parametrize("count", [2_001, 60_000])
def test_zip_of_very_many_files_is_refused_before_their_names_are_read(refused, count):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(count):
            archive.writestr(str(number), b"")
    tracemalloc.start()

    assert "MAX_IMPORT_MEMBERS" in refused(out.getvalue(), kind=TooMuch)

    assert tracemalloc.get_traced_memory()[1] < 20 * MIB
    tracemalloc.stop()


def test_directory_of_a_very_large_zip_is_looked_at_too(opened, other_project, refused, monkeypatch):
    """Beyond 2 GiB, or 65,535 files, its size stands elsewhere."""
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    content = zipped({name: opened.bytes(name) for name in opened.names})
    assert b"PK\x06\x06" in content[-98:]

    with monkeypatch.context() as small:
        small.setattr("observability.imports.zip_members.DIRECTORY_ENTRY_BYTES", 0)
        assert "MAX_IMPORT_MEMBERS" in refused(content, kind=TooMuch)
    assert take_in(other_project, content)[0].state == "imported"


def test_zip_that_unpacks_to_too_much_in_all_is_refused(opened, refused, monkeypatch):
    monkeypatch.setattr("observability.imports.zip_members.MAX_IMPORT_INFLATED_BYTES", 1000)

    assert "MAX_IMPORT_INFLATED_BYTES" in refused(opened.content, kind=TooMuch)


def test_file_that_is_there_twice_is_refused(opened, refused):
    out = io.BytesIO(opened.content)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("traces.json", b"{}")

    assert "more than one file traces.json" in refused(out.getvalue())


def test_packing_that_costs_memory_is_refused(opened, refused):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        for name in opened.names:
            archive.writestr(name, opened.bytes(name))

    assert "in a way that Playhead does not use" in refused(out.getvalue())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("session.json", b"[" * 100_000),
        ("session.json", b"[]"),
        ("session.json", b'{"schema": "playhead.export/1"}'),
        ("session.json", b'{"schema": "playhead.export/2"}'),
        ("session.json", b'{"a": ' + b"9" * 5000 + b"}"),
        ("manifest.json", b"{" * 3000),
        ("traces.json", b'{"resourceSpans":[\n' + b"[" * 1000 + b"\n]}\n"),
        ("traces.json", b'{"resourceSpans":[\n{}'),
        ("traces.json", b'{"resourceSpans":[' + b"{}," * 30_000 + b"{}]}"),
        ("traces.json", b"\xff\xfe"),
        ("logs.jsonl", b"{}\nno json\n"),
        ("chat_history.json", b'{"items": ' + b"[" * 200_000),
        ("chat_history.json", b"no"),
    ],
    ids=str,
)
def test_hostile_json_is_refused_with_a_sentence(opened, other_project, settings, name, content):
    try:
        [outcome] = take_in(other_project, changed(opened, {name: content}, lists=name != "manifest.json"))
        said, state = outcome.message, outcome.state
    except ImportRefused as refusal:
        said, state = str(refusal), "refused"

    assert (state, said[-1]) == ("refused", ".")
    assert not Session.objects.filter(project=other_project).exists()
    assert not [path for path in settings.SPOOL_DIR.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "told",
    [
        {"job_id": 7, "for_import": {"chat_items": 3, "discarded": [1], "part_problems": {"audio": 1}}},
        {
            "for_import": {
                "ended_ns": 10**30,
                "switched_off": [{}, "audio", 7],
                "discarded": {"x": -1, "y": True},
            }
        },
        {"recordings": [{"file": ["x"], "start_ns": "9"}, 7], "recording_headers": [7, {"start_ns": []}]},
        {"status": "live", "end_signal": "<script>", "is_redacted": "yes", "for_import": []},
        {"room_id": "x" * 5000, "recording_headers": [{"room_name": "y" * 999, "room_tags": {"a": 1}}]},
    ],
    ids=str,
)
def test_what_session_json_tells_wrongly_counts_as_not_told(opened, other_project, told, owner_client):
    content = json.dumps(opened.json("session.json") | told).encode()

    [outcome] = take_in(other_project, changed(opened, {"session.json": content}))

    session = session_of(outcome) if outcome.session_id else None
    assert outcome.state in {"imported", "refused"}
    assert session is None or (session.status in {"ended", "lost"} and session.end_signal != "<script>")


def test_records_of_another_job_are_not_slipped_in(opened, other_project):
    told = opened.json("session.json") | {"job_id": "AJ_other"}

    [outcome] = take_in(other_project, changed(opened, {"session.json": json.dumps(told).encode()}))

    assert outcome.state == "refused"
    assert "of another job" in outcome.message
    assert not Recording.objects.filter(session__project=other_project).exists()


def test_long_recording_is_never_in_memory(opened, other_project):
    """60 MiB of sound that is none."""
    audio = b"OggS" + bytes(range(256)) * (60 * MIB // 256)
    content = changed(opened, {"recording.ogg": audio})
    file = source(content)
    del content, audio
    tracemalloc.start()
    from django.utils import timezone

    from observability.imports.run import import_files

    [outcome] = import_files(other_project, [file], now=timezone.now())

    assert outcome.recordings == 1
    assert tracemalloc.get_traced_memory()[1] < 20 * MIB
    tracemalloc.stop()


@pytest.mark.parametrize("offset", [2**31, 2**62, 2**63 + 1])
def test_member_that_lies_nowhere_in_the_zip_is_refused(opened, other_project, tmp_path, offset):
    """On a disk, as uploads are: there a place so far off is no place at all."""
    path = tmp_path / "session.zip"
    path.write_bytes(
        with_first_member_at(zipped({name: opened.bytes(name) for name in opened.names}), offset)
    )

    with path.open("rb") as file, pytest.raises(Unreadable, match=r"The zip is damaged: .* is not in it"):
        import_files(other_project, [Source("session.zip", file, path.stat().st_size)], now=timezone.now())


def with_first_member_at(content: bytes, offset: int) -> bytes:
    """In the longer field that zips beyond 4 GiB have for it."""
    end = content.rfind(b"PK\x05\x06")
    length, start = struct.unpack("<II", content[end + 12 : end + 20])
    entry = bytearray(content[start:end])
    [name_length] = struct.unpack("<H", entry[28:30])
    entry[30:32], entry[42:46] = struct.pack("<H", 12), b"\xff" * 4
    entry[46 + name_length : 46 + name_length] = struct.pack("<HHQ", 1, 8, offset)
    tail = content[end : end + 12] + struct.pack("<I", length + 12) + content[end + 16 :]
    return content[:start] + bytes(entry) + tail
