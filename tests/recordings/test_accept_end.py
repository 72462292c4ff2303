"""When a session ended of which nothing but its recording upload tells that it did."""

import json

import pytest

from observability.models import Session
from observability.recordings.inspect import inspect_recording
from observability.sessions.summary import refresh_summary
from tests.recordings.uploads import (
    AUDIO_START_S,
    Part,
    audio_part,
    captured_recording,
    chat_part,
    form_of,
    header_part,
    upload,
)
from tests.sending import spans

NS = 10**9
START_NS = AUDIO_START_S * NS


@pytest.fixture(scope="module")
def sound():
    """14 s of Ogg/Opus."""
    body = captured_recording("python/1.8.9_only_audio_transcript").body
    return body.partition(b'filename="recording.ogg"')[2].partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]


def end_of(session):
    """In seconds after the recording began."""
    session.refresh_from_db()
    return session.status, session.end_signal, session.ended_ns and (session.ended_ns - START_NS) / NS


def test_session_ends_with_the_last_chat_item_until_its_audio_is_measured(accept, sound):
    accepted = accept(upload(audio=sound, texts=("one", "two", "three")))
    session = Session.objects.get()
    refresh_summary(session.pk)

    before = end_of(session)
    duration_ms = inspect_recording(accepted.recording_id).duration_ms

    assert before == ("ended", "recording", 3)
    assert end_of(session) == ("ended", "recording", pytest.approx(duration_ms / 1000))
    assert (duration_ms > 13_000, session.has_news) == (True, True)


def test_session_without_a_transcript_ends_with_its_audio(accept, sound):
    accepted = accept(form_of(header_part(), audio_part(sound)))
    before = end_of(Session.objects.get())
    duration_ms = inspect_recording(accepted.recording_id).duration_ms

    assert before == ("ended", "recording", None)
    assert end_of(Session.objects.get())[2] == pytest.approx(duration_ms / 1000)


def test_file_in_which_nothing_can_be_played_tells_no_end(accept):
    inspect_recording(accept(form_of(header_part(), audio_part())).recording_id)

    assert end_of(Session.objects.get()) == ("ended", "recording", None)


@pytest.mark.parametrize(
    "item",
    [
        {"created_at": AUDIO_START_S + 2, "metrics": {"stopped_speaking_at": AUDIO_START_S + 5}},
        {"created_at": (AUDIO_START_S + 5) * 1000},
        {"createdAt": (AUDIO_START_S + 2) * 1000, "metrics": {"stoppedSpeakingAt": AUDIO_START_S + 5}},
    ],
    ids=["seconds", "milliseconds", "camel case"],
)
def test_items_of_every_generation_tell_the_end(accept, item):
    items = [
        {"id": "b", "type": "message", **item},
        {"id": "a", "created_at": AUDIO_START_S + 1},
        {"id": "c"},
    ]

    accept(form_of(header_part(start_s=0), Part("chat_history", json.dumps({"items": items}).encode())))

    assert end_of(Session.objects.get()) == ("ended", "recording", 5)


def test_items_from_before_the_session_do_not_begin_it(accept):
    items = {"items": [{"id": "old", "created_at": AUDIO_START_S - 86_400}]}

    accept(form_of(header_part(), Part("chat_history", json.dumps(items).encode())))

    assert Session.objects.get().started_ns == START_NS


def test_end_that_the_header_tells_is_later_than_that_of_the_audio_and_stays(accept, sound):
    header = header_part(duration=20_000)
    accepted = accept(form_of(header, chat_part("one"), audio_part(sound)))
    inspect_recording(accepted.recording_id)

    assert end_of(Session.objects.get())[2] == 20


def test_end_that_something_later_tells_stays(accept, agent, sound):
    accepted = accept(upload(audio=sound))
    agent.send("traces", spans("job_entrypoint", first_id=60))
    inspect_recording(accepted.recording_id)

    assert end_of(Session.objects.get())[2] == 61


def test_audio_does_not_move_the_end_that_something_else_has_told(accept, agent, sound):
    agent.send("traces", spans("job_entrypoint", first_id=4))
    accepted = accept(upload(audio=sound))
    inspect_recording(accepted.recording_id)

    assert end_of(Session.objects.get()) == ("ended", "job_entrypoint", 5)


@pytest.mark.parametrize(
    "parts", [[audio_part()], [chat_part("one"), audio_part()]], ids=["audio", "transcript and audio"]
)
def test_upload_without_a_readable_header_is_the_end_as_well(accept, parts):
    accept(form_of(Part("header", b"\xff\xff"), *parts))

    assert end_of(Session.objects.get())[:2] == ("ended", "recording")
