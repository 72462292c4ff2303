"""Asking for a zip, making it, and taking it back."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from observability import jobs
from observability.exports import build
from observability.exports.archive import Archive
from observability.exports.ask import TooManyExports
from observability.exports.audio import takes_of, write_takes
from observability.exports.build import build_export
from observability.exports.fetch import file_name, file_of
from observability.exports.notes import Notes
from observability.exports.sweep import sweep_exports
from observability.exports.transcript import cues
from observability.models import Export, Job, Recording
from observability.recordings import files
from tests.api.lasting_talk import lasting_acme, lasting_talk, owner, project, talk, teammate
from tests.exports.conftest import Opened, content_of, work
from tests.exports.spoken import timeline_saying
from tests.people import SessionFactory
from tests.recordings.test_bucket import DOWN, server, use_bucket

__all__ = ["lasting_acme", "lasting_talk", "owner", "project", "server", "talk", "teammate", "use_bucket"]


def test_asked_again_while_it_is_made_gives_the_same(ask, talk):
    assert ask(talk) == ask(talk)
    assert (Export.objects.count(), Job.objects.filter(kind="build-export").count()) == (1, 1)


def test_asked_again_with_nothing_new_gives_the_same_zip(ask, ready, talk):
    assert ask(talk) == ready


def test_asked_again_after_something_arrived_gives_a_new_zip(ask, replay, download):
    session = replay("python/1.8.9_full", requests=30)
    first = download(session).json("manifest.json")

    replay("python/1.8.9_full")
    session.refresh_from_db()
    second = download(session).json("manifest.json")

    assert (first["status"], second["status"]) == ("live", "ended")
    assert second["cursor"] > first["cursor"]


def test_somebody_else_gets_a_zip_of_their_own(ask, ready, talk, teammate):
    assert ask(talk, by=teammate) != ready


def test_job_that_runs_twice_makes_one_zip(ready, stored):
    before = (ready.sha256, content_of(ready))

    build_export(ready.pk)

    ready.refresh_from_db()
    assert (ready.sha256, content_of(ready)) == before
    assert len(stored()) == 1


def test_worker_that_comes_second_leaves_the_zip_of_the_first(ready, settings, tmp_path):
    before = content_of(ready)
    late = tmp_path / "late.zip"
    late.write_bytes(b"another zip")

    build.finish(ready, late, list(ready.sessions.all()), holds_audio=False)

    ready.refresh_from_db()
    assert (content_of(ready), ready.holds_audio) == (before, True)


@pytest.mark.parametrize("is_put_already", [False, True])
def test_two_workers_at_one_zip_leave_the_file_and_the_row_of_one_of_them(
    ask, talk, stored, monkeypatch, is_put_already
):
    """The lease of the first ran out, and it goes on all the same."""
    export, put, begun = ask(talk), files.put_object, []

    def put_while_another_makes_it(path, key):
        is_first = not begun
        begun.append(key)
        if is_put_already:
            put(path, key)
        if is_first:
            Export.objects.update(may_hold_audio=False)  # so the other's is another zip
            build_export(export.pk)
        if not is_put_already:
            put(path, key)

    monkeypatch.setattr(files, "put_object", put_while_another_makes_it)
    build_export(export.pk)

    export.refresh_from_db()
    assert export.state == Export.State.READY
    assert hashlib.sha256(content_of(export)).hexdigest() == export.sha256
    assert not export.holds_audio
    assert (len(begun), len(stored())) == (2, 1)


def test_what_a_killed_worker_had_put_away_already_goes(ask, talk, stored, settings):
    export = ask(talk)
    half = settings.MEDIA_ROOT / export.key
    half.parent.mkdir(parents=True)
    half.write_bytes(b"a zip that no row tells of")
    Export.objects.update(state=Export.State.RUNNING)

    work()

    export.refresh_from_db()
    assert [export.key.rpartition("/")[2]] == stored()


def test_sound_passes_in_pieces_however_long_it_is(talk, settings):
    path, sound = settings.MEDIA_ROOT / talk.recordings.get().name, bytes(5_000_000)
    path.write_bytes(sound)
    Recording.objects.update(size_bytes=len(sound), sha256=hashlib.sha256(sound).hexdigest())
    pieces, notes = [], Notes()

    with Archive(io.BytesIO(), at=timezone.now(), told=pieces.append) as archive:
        write_takes(archive, "", takes_of(talk), notes)

    assert (sum(pieces), max(pieces), notes.remarks) == (len(sound), files.PIECE_BYTES, {})


def test_worker_that_died_is_followed_by_another(ask, talk):
    export = ask(talk)
    job = Job.objects.get(kind="build-export")
    jobs.take(job.pk, now=timezone.now())
    Export.objects.update(state=Export.State.RUNNING, progress_percent=40)
    Job.objects.filter(pk=job.pk).update(leased_until=timezone.now() - timedelta(seconds=1))

    jobs.sweep(now=timezone.now())
    work()

    export.refresh_from_db()
    assert (export.state, export.progress_percent) == (Export.State.READY, 100)


def test_nothing_is_left_on_the_disk_of_the_server_that_made_it(ready, settings, stored):
    assert [path for path in settings.SPOOL_DIR.rglob("*") if path.is_file()] == []
    assert ready.key == f"exports/{ready.project_id}/{ready.sessions.get().public_id}/{stored()[0]}"


def test_storage_that_is_down_is_waited_for_and_said(ask, talk, server, use_bucket):
    use_bucket(DOWN)
    Recording.objects.all().delete()
    export = ask(talk)

    work()
    export.refresh_from_db()
    waiting = (export.state, export.note, Job.objects.get(kind="build-export").state)
    use_bucket(server.url)
    work()

    export.refresh_from_db()
    assert waiting == (
        "waiting",
        "The storage cannot be reached. The zip is made as soon as it answers; nothing needs to be done.",
        "waiting",
    )
    assert (export.state, export.note) == ("ready", "")
    assert Opened(content_of(export)).json("session.json")["id"] == str(talk.public_id)
    assert list(server.objects) == [f"/talks/{export.key}"]


def test_audio_that_cannot_be_read_now_is_waited_for(ask, talk, server, use_bucket):
    use_bucket(DOWN)
    export = ask(talk)

    work()

    export.refresh_from_db()
    assert (export.state, export.note[:34]) == ("waiting", "The storage cannot be reached. The")


def test_audio_that_is_lost_is_left_out_with_the_reason(download, talk, settings):
    (settings.MEDIA_ROOT / talk.recordings.get().name).unlink()

    opened = download(talk)

    assert "recording.ogg" not in opened.names
    assert opened.json("manifest.json")["left_out"] == {
        "recording.ogg": "The file is lost: the storage does not have it."
    }


def test_audio_that_was_damaged_is_there_and_marked(download, talk, settings):
    path = settings.MEDIA_ROOT / talk.recordings.get().name
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    opened = download(talk)

    remark = "The file is not what was received: the storage has damaged it."
    assert opened.bytes("recording.ogg") == path.read_bytes()
    assert opened.json("manifest.json")["members"][0]["remark"] == remark
    assert remark in opened.text("README.txt")


def test_newest_whole_revision_has_the_plain_name(download, talk, settings):
    folder = (settings.MEDIA_ROOT / talk.recordings.get().name).parent
    for revision, suffix, problem in [(2, "wav", ""), (3, "ogg", "It breaks off.")]:
        name = f"recordings/{talk.project_id}/{talk.public_id}/{revision}.{suffix}"
        (folder / f"{revision}.{suffix}").write_bytes(b"sound %d" % revision)
        Recording.objects.create(
            session=talk,
            revision=revision,
            sha256=str(revision) * 64,
            size_bytes=7,
            name=name,
            place="storage",
            problem=problem,
        )

    opened = download(talk)

    sounds = [name for name in opened.names if "recording" in name]
    assert sounds == ["recording.wav", "recording-rev1.ogg", "recording-rev3.ogg"]
    assert opened.bytes("recording.wav") == b"sound 2"


def test_who_may_not_hear_audio_gets_the_rest(download, talk, teammate):
    opened = download(talk, by=teammate, may_hear=False)

    assert "traces.json" in opened.names
    assert opened.json("manifest.json")["left_out"] == {
        "recording.ogg": "Whoever asked for this zip may not hear audio in this project."
    }


def test_zip_that_cannot_be_made_fails_with_a_sentence_and_can_be_asked_for_again(
    ask, talk, settings, tmp_path
):
    good, settings.SPOOL_DIR = settings.SPOOL_DIR, tmp_path / "file"
    settings.SPOOL_DIR.write_text("no folder")
    export = ask(talk)
    for _ in range(jobs.MAX_ATTEMPTS):
        work()
    sweep_exports()
    export.refresh_from_db()

    settings.SPOOL_DIR = good
    again = ask(talk)
    work()

    again.refresh_from_db()
    assert (export.state, export.note.split(".")[0]) == ("failed", "The zip could not be made")
    assert (again.state, again.pk == export.pk) == ("ready", False)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        'a"; filename="evil.exe',
        "a\r\nSet-Cookie: x=1",
        "\u202egpj.exe",
        "ÄÖÜ",
        "a" * 200,
        "",
    ],
)
def test_names_that_senders_chose_reach_neither_members_nor_headers(ask, project, name):
    session = SessionFactory(project=project, room_name=name, agent_name="")
    export = ask(session)
    work()
    export.refresh_from_db()

    opened = Opened(content_of(export))

    day = session.first_received_at.strftime("%Y-%m-%d")
    assert set(opened.names) == {"session.json", "README.txt", "manifest.json"}
    assert file_name(export).endswith(f"-{day}.zip")
    assert file_name(export).removesuffix(".zip").replace("-", "").isalnum()
    assert file_name(export).isascii() and len(file_name(export)) < 80
    assert opened.json("session.json")["room_name"] == name


def test_words_that_look_like_subtitles_stay_words():
    told = "".join(cues(timeline_saying("a\n\n2\n00:00:00.000 --> 00:00:09.000\n<v Agent>b")))

    assert told.count("\n\n") == 1
    assert told.count("-->") == 1
    assert "<v Agent>" not in told


def test_several_sessions_have_a_folder_each(download, talk, replay):
    other = replay("node/1.9.0_full")

    opened = download(talk, other)

    folders = {name.split("/")[0] for name in opened.names}
    assert folders == {f"session-{talk.public_id}", f"session-{other.public_id}"}
    for session in (talk, other):
        manifest = opened.json(f"session-{session.public_id}/manifest.json")
        names = {f"session-{session.public_id}/{member['name']}" for member in manifest["members"]}
        assert names < set(opened.names)


def test_zip_is_read_from_wherever_the_storage_is(ready):
    assert storages["default"].exists(ready.key)
    assert file_of(ready).size_bytes == len(content_of(ready)) == ready.size_bytes


def test_full_disk_is_waited_for_and_said(ask, talk, monkeypatch, settings):
    monkeypatch.setattr(build, "SPARE_BYTES", 10**18)
    export = ask(talk)

    work()

    export.refresh_from_db()
    assert (export.state, export.note) == ("waiting", build.NO_ROOM)
    assert Job.objects.get(kind="build-export").state == Job.State.WAITING


def test_project_waits_for_ten_at_a_time(ask, project):
    sessions = [SessionFactory(project=project) for _ in range(11)]
    for session in sessions[:10]:
        ask(session)

    with pytest.raises(TooManyExports):
        ask(sessions[10])

    assert ask(sessions[0]) == Export.objects.earliest("pk")
    work()
    assert ask(sessions[10]).state == "waiting"
