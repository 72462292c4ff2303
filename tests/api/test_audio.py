"""Audio, whole and in parts, as players ask for it."""

import shutil

import pytest
from django.utils import timezone

from observability import jobs
from observability.models import Job, Recording
from observability.recordings import convert
from tests.api.conftest import address
from tests.api.lasting_talk import lasting_acme, lasting_talk, owner, project, talk, teammate
from tests.people import SessionFactory

__all__ = ["lasting_acme", "lasting_talk", "owner", "project", "talk", "teammate"]


@pytest.fixture
def audio(talk, settings):
    return (settings.MEDIA_ROOT / talk.recordings.get().name).read_bytes()


def content_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_whole_audio_is_served_for_playing_only(talk, script, audio):
    answer = script.get(address(talk, "audio"))

    assert (answer.status_code, content_of(answer)) == (200, audio)
    recording = talk.recordings.get()
    assert {
        name: answer[name]
        for name in answer.headers
        if name not in {"Content-Security-Policy", "Vary", "X-Request-Id"}
        and not name.startswith("RateLimit-")
    } == {
        "Content-Type": "audio/ogg",
        "Content-Length": str(len(audio)),
        "Content-Disposition": 'inline; filename="recording-1.ogg"',
        "Accept-Ranges": "bytes",
        "ETag": f'"{recording.sha256}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Allow": "GET, HEAD, OPTIONS",
    }


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("bytes=0-1", 0, 1), ("bytes=1000-", 1000, None), ("bytes=-500", -500, None)]
)
def test_part_is_served_as_a_part(talk, script, audio, asked, first, last):
    answer = script.get(address(talk, "audio"), Range=asked)

    expected = audio[first:] if last is None else audio[first : last + 1]
    assert (answer.status_code, content_of(answer)) == (206, expected)
    start = audio.index(expected)
    assert answer["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(audio)}"
    assert answer["Content-Length"] == str(len(expected))


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=0-1", "bytes=5-1"])
def test_other_ranges_are_answered_with_the_whole(talk, script, audio, asked):
    answer = script.get(address(talk, "audio"), Range=asked)

    assert (answer.status_code, content_of(answer)) == (200, audio)
    assert "Content-Range" not in answer


def test_range_behind_the_end_is_refused_and_told_the_size(talk, script, audio):
    answer = script.get(address(talk, "audio"), Range=f"bytes={len(audio)}-")

    assert (answer.status_code, answer["Content-Range"], answer["Content-Type"], answer.json()["error"]) == (
        416,
        f"bytes */{len(audio)}",
        "application/json",
        {
            "code": "range-not-satisfiable",
            "message": "The range begins behind the end of the file; Content-Range tells its size.",
        },
    )


@pytest.mark.parametrize(("same", "status"), [(True, 206), (False, 200)])
def test_range_of_another_file_is_answered_with_the_whole(talk, script, same, status):
    etag = f'"{talk.recordings.get().sha256}"' if same else '"other"'

    assert (
        script.get(address(talk, "audio"), **{"Range": "bytes=0-1", "If-Range": etag}).status_code == status
    )


def test_head_tells_the_size_without_the_content(talk, script, audio):
    answer = script.client.head(address(talk, "audio"), headers=script.headers)

    assert (answer.status_code, answer["Content-Length"], content_of(answer)) == (200, str(len(audio)), b"")


def test_newest_revision_is_served_unless_another_is_asked_for(talk, script, audio, settings):
    folder = (settings.MEDIA_ROOT / talk.recordings.get().name).parent
    (folder / "2.ogg").write_bytes(b"OggS second")
    name = talk.recordings.get().name.replace("1.ogg", "2.ogg")
    Recording.objects.create(
        session=talk, revision=2, sha256="2" * 64, size_bytes=11, name=name, place="storage"
    )

    contents = [
        content_of(script.get(address(talk, "audio") + query)) for query in ("", "?revision=1", "?revision=2")
    ]

    assert contents == [b"OggS second", audio, b"OggS second"]
    assert script.get(address(talk, "audio") + "?revision=3").status_code == 404
    assert script.get(address(talk, "audio") + "?revision=x").status_code == 400


def test_session_without_audio_has_none_to_serve(project, script):
    assert script.get(address(SessionFactory(project=project), "audio")).status_code == 404


def test_lost_file_is_said_to_be_lost(talk, script, settings):
    shutil.rmtree(settings.MEDIA_ROOT)

    answer = script.get(address(talk, "audio"))

    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "gone")


def test_file_of_another_kind_is_never_shown_as_a_page(talk, script, settings):
    Recording.objects.update(name=talk.recordings.get().name.replace(".ogg", ".bin"))
    folder = settings.MEDIA_ROOT / talk.recordings.get().name
    folder.with_suffix(".ogg").rename(folder)

    answer = script.get(address(talk, "audio"))

    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "application/octet-stream",
        "nosniff",
    )


def test_copy_is_promised_until_a_worker_has_made_it(talk, script):
    asked = address(talk, "audio") + "?as=m4a"

    promised = script.get(asked)
    assert (promised.status_code, promised.json(), promised["Retry-After"]) == (
        202,
        {"state": "being-made"},
        "2",
    )
    assert script.get(asked).status_code == 202
    jobs.run(Job.objects.get(kind="convert-recording").pk)
    made = script.get(asked)

    recording = talk.recordings.get()
    assert (made.status_code, made["Content-Type"]) == (200, "audio/mp4")
    assert len(content_of(made)) == recording.copy_bytes == int(made["Content-Length"])
    assert script.get(asked, Range="bytes=0-9").status_code == 206


def test_copy_that_cannot_be_made_is_told_as_gone(talk, script):
    Job.objects.create(
        kind="convert-recording",
        object_id=talk.recordings.get().pk,
        state="set-aside",
        run_after=timezone.now(),
    )

    assert script.get(address(talk, "audio") + "?as=m4a").status_code == 410


def test_other_copies_are_not_made(talk, script):
    assert script.get(address(talk, "audio") + "?as=exe").status_code == 400


def test_a_copy_that_fails_is_given_up_however_often_it_is_asked_for(talk, script, monkeypatch):
    """A player asks again every two seconds, also while a worker is at it."""
    asked, runs = address(talk, "audio") + "?as=m4a", []

    def fails(recording_id):
        runs.append(script.get(asked).status_code)
        raise RuntimeError("The encoder crashed.")

    monkeypatch.setattr(convert, "convert_recording", fails)
    script.get(asked)
    while waiting := Job.objects.filter(kind=convert.KIND, state=Job.State.WAITING).first():
        assert len(runs) < 2 * jobs.MAX_ATTEMPTS
        script.get(asked)
        run_after = Job.objects.get(pk=waiting.pk).run_after
        assert not runs or run_after > timezone.now()
        Job.objects.filter(pk=waiting.pk).update(run_after=timezone.now())
        jobs.run(waiting.pk)

    assert runs == [202] * jobs.MAX_ATTEMPTS
    assert script.get(asked).status_code == 410


def test_no_copy_is_named_by_nothing(talk, script, audio):
    answer = script.get(address(talk, "audio") + "?as=")

    assert (answer.status_code, content_of(answer)) == (200, audio)
