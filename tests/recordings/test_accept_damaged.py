"""Recording uploads that are damaged, or hold what nobody expects."""

import json

import pytest

from observability.journal.read import batches_of
from observability.models import Recording, Session
from observability.queries.records import timeline_of
from tests.recordings.left import kinds_of, texts_of
from tests.recordings.uploads import (
    Part,
    audio_part,
    chat_part,
    form_of,
    header_part,
    upload,
)
from tests.sending import spans


def test_unreadable_header_costs_neither_transcript_nor_audio(accept):
    body = form_of(Part("header", b"\xff\xff\xff"), chat_part("Hello?"), audio_part())

    first, again = accept(body), accept(body)

    session = Session.objects.get()
    assert (first.problems, again.is_new) == ({"header": "header is not a MetricsRecordingHeader."}, False)
    assert (texts_of(session), session.recordings.count()) == (["Hello?"], 1)


def test_unreadable_chat_history_costs_neither_header_nor_audio(accept):
    accepted = accept(form_of(header_part(), Part("chat_history", b'{"items": [{"id": '), audio_part()))

    session = Session.objects.get(job_id="AJ_1")
    assert accepted.problems == {"chat_history": "chat_history is not JSON."}
    assert (kinds_of(session), session.recordings.count()) == ([["recording_header"]], 1)


def test_audio_that_broke_off_is_kept_and_said_to_be_a_part(accept):
    whole = upload(audio=b"OggS" * 1000)

    cut = accept(whole[:-2000])
    accept(whole)

    problems = list(Recording.objects.order_by("revision").values_list("revision", "problem"))
    assert cut.is_cut_short
    assert problems == [(1, cut.problems["audio"]), (2, "")]


@pytest.mark.parametrize(
    "text",
    ["\x00", "\ud800", "= 10**400", "😀" * 1000, "<script>"],
    ids=["NUL", "surrogate", "formula", "long", "markup"],
)
def test_any_text_in_a_chat_history_can_be_kept(accept, text):
    accept(upload(texts=(text, "next")))

    assert texts_of(Session.objects.get()) == [
        text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd"),
        "next",
    ]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("NaN", {"$double": "NaN"}),
        ("-Infinity", {"$double": "-Infinity"}),
        ("1" * 30, "1" * 30),
        ("[" * 200 + "]" * 200, "99 lists"),
        ("1.5", 1.5),
    ],
)
def test_values_that_no_codec_takes_are_mended(accept, value, kept):
    items = f'{{"items": [{{"id": "item_1", "extra": {value}}}]}}'.encode()

    accept(form_of(header_part(), Part("chat_history", items)))

    [[_, record]] = batches_of(Session.objects.get())
    extra = record["item"]["extra"]
    assert (f"{str(extra).count('[')} lists" if isinstance(extra, list) else extra) == kept


@pytest.mark.parametrize(
    "header", [{"job_id": "J" * 5000}, {"room_id": "R\x00M" * 500}, {"duration": 2**64 - 1}]
)
def test_header_of_impossible_size_can_be_kept(accept, header):
    accept(form_of(header_part(**header), audio_part()))

    assert Session.objects.get().recordings.count() == 1


def test_recording_of_a_job_with_an_id_longer_than_any_column_joins_its_session(accept, agent, project):
    long, other = "AJ_" + "x" * 300, "AJ_" + "x" * 301
    agent.send("traces", spans("user_turn", job=long, room="R" * 300) + spans("user_turn", job=other))

    accept(form_of(header_part(job_id=long), chat_part("Hello?"), audio_part()))

    session = Session.objects.get(recordings__isnull=False)
    assert (Session.objects.count(), session.span_count, session.chat_item_count) == (2, 1, 1)
    assert timeline_of(session).session.job_ids == (session.job_id,)


def test_recording_without_a_job_joins_the_room_whose_id_is_longer_than_any_column(accept, agent, project):
    room = "R" * 300
    agent.send("traces", spans("user_turn", room=room))

    accept(form_of(header_part(job_id="", room_id=room), audio_part()))

    assert Session.objects.get().recordings.count() == 1


@pytest.mark.parametrize(
    ("room", "kept"),
    [("lobby", "lobby"), ("a\x00b\ud800", "a\ufffdb\ufffd"), ("Käse", "Käse"), ("r" * 300, "r" * 200)],
)
def test_any_name_in_the_summary_can_be_kept(accept, room, kept):
    accept(form_of(header_part(session_summary=json.dumps({"room": room, "timestamp": 1e300})), audio_part()))

    assert Session.objects.get().room_name == kept
