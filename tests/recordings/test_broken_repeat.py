"""A recording that arrived whole, and then again in part: which one is played."""

import pytest

from observability.models import Session
from observability.queries.records import recording_of
from observability.recordings.waveform import analyse_recording
from tests.recordings.uploads import captured_recording, upload

RUN = "python/1.8.9_second_session"


@pytest.fixture
def get(client, read_token):
    def get(session, thing, **query):
        path = f"/api/v1/projects/acme/sessions/{session.public_id}/{thing}/"
        return client.get(path, query, headers={"Authorization": f"Bearer {read_token.secret}"})

    return get


def test_session_shows_the_newest_recording_that_is_whole(accept):
    whole, newer = upload(audio=b"OggS" + b"whole" * 5000), upload(audio=b"OggS" + b"newer" * 5000)
    session = Session.objects.get(pk=accept(whole).kept.session_id)
    accept(whole[:-12_000])
    shown = [recording_of(session).revision]
    accept(newer)
    accept(newer[:-12_000])

    shown.append(recording_of(session).revision)

    assert (shown, session.recordings.count()) == ([1, 3], 4)


def test_session_without_a_whole_recording_shows_the_newest_part_of_one(accept):
    whole = upload(audio=b"OggS" * 5000)
    session = Session.objects.get(pk=accept(whole[:-12_000]).kept.session_id)
    accept(whole[:-8_000])

    assert recording_of(session).revision == 2


def test_whole_recording_is_what_the_api_serves_unless_asked_for_another(accept, get):
    request = captured_recording(RUN)
    whole = accept(request.body, content_type=request.content_type)
    accept(request.body[:-12_000], content_type=request.content_type)
    analyse_recording(whole.recording_id)
    session = Session.objects.get()

    names = [
        answer["Content-Disposition"].partition("recording-")[2]
        for answer in (get(session, "audio"), get(session, "audio", revision=2))
        if answer.getvalue()
    ]

    assert names == ['1.ogg"', '2.ogg"']
    assert [get(session, "peaks").status_code, get(session, "peaks", revision=2).status_code] == [200, 202]
