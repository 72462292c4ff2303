"""What a session says of the parts of its recording upload that could not be kept, and what it counts."""

import pytest

from observability.models import Session
from observability.queries.records import timeline_of
from observability.recordings.inspect import inspect_recording
from observability.recordings.waveform import analyse_recording
from observability.sessions.summary import refresh_summary
from tests.captured import captured
from tests.recordings.left import texts_of
from tests.recordings.uploads import (
    Part,
    audio_part,
    captured_recording,
    chat_part,
    form_of,
    header_part,
    upload,
)
from tests.sending import spans
from tests.timeline.sessions import timeline_of as captured_timeline

RUN = "python/1.8.9_only_audio_transcript"


@pytest.fixture(scope="module")
def sound():
    body = captured_recording(RUN).body
    return body.partition(b'filename="recording.ogg"')[2].partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]


def judged(session, signal):
    completeness = timeline_of(Session.objects.get(pk=session.pk)).completeness[signal]
    return completeness.state.value, completeness.reason


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        (Part("chat_history", b'{"items": ['), "chat_history is not JSON."),
        (Part("chat_history", b"x" * 9, announced_bytes=7), "chat_history announced 7 bytes, and 9 came."),
        (Part("chat_history", b"[" * 2_000_001), "chat_history holds more than 2000000 values."),
    ],
    ids=["broken", "longer than announced", "beyond the limit"],
)
def test_transcript_that_could_not_be_kept_is_lost_and_counted_once(accept, part, problem):
    for _ in range(2):
        accept(form_of(header_part(), part, audio_part()))

    session = Session.objects.get()
    assert judged(session, "transcript") == (
        "lost",
        f"The agent's upload brought no transcript that could be kept: {problem}",
    )
    assert session.rejected_count == 1


@pytest.mark.parametrize("part", [Part("header", b"\xff\xff"), Part("header", b"x" * (1024 * 1024 + 1))])
def test_header_that_could_not_be_kept_is_counted_and_told(accept, part):
    accept(form_of(part, chat_part("Hello?"), audio_part()))

    session = Session.objects.get()
    assert session.rejected_count == 1
    assert judged(session, "audio")[1].startswith(
        "The recording is here; when it began is not known: header "
    )


def test_part_that_nobody_knows_is_counted(accept):
    accept(form_of(header_part(), Part("video", b"x"), Part("", b"x"), audio_part(), audio_part()))

    session = Session.objects.get()
    assert (session.rejected_count, session.part_problems) == (3, {})


def test_upload_that_broke_off_counts_nothing_and_says_what_is_missing_until_it_comes_again(accept):
    whole = upload()

    accept(whole[: whole.index(b"Hello?")])
    session = Session.objects.get()
    before = [judged(session, "transcript")[0], judged(session, "audio")]
    accept(whole)

    session.refresh_from_db()
    broke_off = "The agent's upload brought no audio that could be kept: The upload broke off before audio."
    assert before == ["lost", ("lost", broke_off)]
    assert [judged(session, signal)[0] for signal in ("transcript", "audio")] == ["received", "received"]
    assert (session.rejected_count, session.part_problems) == (0, {})


def test_damaged_repeat_makes_nothing_of_what_came_before_doubtful(accept):
    accept(upload())
    accept(form_of(header_part(), Part("chat_history", b"{"), audio_part(b"OggS", announced_bytes=9)))

    session = Session.objects.get()
    assert judged(session, "transcript") == ("received", "Complete, from the recording upload.")
    assert judged(session, "audio") == ("received", "The recording is here.")


def test_audio_that_is_no_sound_is_lost_once_a_worker_has_looked_at_it(accept):
    accepted = accept(upload(audio=b"no sound at all" * 100))
    session = Session.objects.get()
    refresh_summary(session.pk)
    inspect_recording(accepted.recording_id)

    session.refresh_from_db()
    state, reason = judged(session, "audio")
    assert (state, session.has_news) == ("lost", True)
    assert reason.startswith("What arrived as the recording cannot be played: The file is no Ogg audio")


def test_half_a_recording_is_there_in_part(accept, sound):
    body = form_of(header_part(), audio_part(sound))
    accepted = accept(body[: -len(sound) // 2])
    session = Session.objects.get()
    before = judged(session, "audio")

    inspect_recording(accepted.recording_id)
    analyse_recording(accepted.recording_id)

    assert before[0] == "partial"
    assert before[1].startswith("The recording is here, with a problem: audio announced")
    assert judged(session, "audio") == before


def test_audio_of_a_captured_redacted_session_is_off(accept, agent):
    for request in captured("python/1.8.9_redaction"):
        if request.signal == "recordings":
            accept(request.body, content_type=request.content_type)
        else:
            agent.send(request.signal, request.inflated, content_type=request.content_type)

    assert judged(Session.objects.get(), "audio") == (
        "off",
        "Redaction was asked for, and voices cannot be redacted.",
    )


def test_of_a_chat_history_beyond_the_limit_the_beginning_is_kept_and_the_rest_counted(accept, monkeypatch):
    monkeypatch.setattr("observability.recordings.contents.MAX_CHAT_ITEMS", 2)
    body = form_of(header_part(), chat_part("one", "two", "three", "four"), audio_part())

    accept(body)
    accept(body)

    session = Session.objects.get()
    assert texts_of(session) == ["one", "two"]
    assert (session.rejected_count, session.recordings.count()) == (2, 1)
    assert judged(session, "transcript") == (
        "partial",
        "The final transcript is not here as a whole: chat_history holds 4 items, of which the first 2 are kept.",
    )


def test_what_is_no_item_does_not_count_as_one(accept, monkeypatch):
    monkeypatch.setattr("observability.recordings.contents.MAX_CHAT_ITEMS", 1)

    accept(form_of(header_part(), Part("chat_history", b'{"items": [[], 5, {"id": "a"}, null]}')))

    session = Session.objects.get()
    assert (session.chat_item_count, session.rejected_count, session.part_problems) == (1, 0, {})


def test_transcript_for_which_the_session_has_no_room_is_lost(accept, agent, monkeypatch):
    agent.send("traces", spans("user_turn"))
    monkeypatch.setattr("observability.sessions.keep.MAX_SESSION_RECORDS", 2)

    accept(upload(texts=("one", "two")))

    session = Session.objects.get()
    assert judged(session, "transcript") == (
        "lost",
        "The agent's upload brought no transcript that could be kept: The session is full (MAX_SESSION_RECORDS).",
    )
    assert (session.rejected_count, session.recordings.count()) == (3, 1)


def test_items_beyond_the_limit_that_came_as_logs_follow_the_beginning(accept, agent, monkeypatch):
    monkeypatch.setattr("observability.recordings.contents.MAX_CHAT_ITEMS", 2)
    for request in captured("python/1.8.9_full"):
        if request.signal == "recordings":
            accept(request.body, content_type=request.content_type)
        else:
            agent.send(request.signal, request.inflated, content_type=request.content_type)

    timeline = timeline_of(Session.objects.get())
    assert [item.id for item in timeline.transcript] == [
        item.id for item in captured_timeline("python/1.8.9_full").transcript
    ]
    assert {item.source for item in timeline.transcript} == {"chat_history", "chat_item_logs"}
