"""Forms of which a part is damaged, or that break off: what is whole is kept, and what is wrong is said."""

from base64 import encodebytes
from dataclasses import replace

import pytest

from observability.recordings.form import PartLimits
from tests.recordings.uploads import (
    BOUNDARY,
    Part,
    Stream,
    audio_part,
    chat_part,
    contents,
    form_of,
    header_part,
)

BASE64 = ("Content-Transfer-Encoding: base64",)


def test_audio_that_broke_off_costs_the_other_parts_nothing(read):
    body = form_of(header_part(), chat_part("Hi"), audio_part(b"OggS" * 1000))

    with read(body[:-2000]) as form:
        assert form.problems == {"audio": "audio announced 4000 bytes, and 2040 came."}
        assert form.audio.problem == form.problems["audio"]
        assert contents(form) == {
            "header": header_part().content,
            "chat_history": chat_part("Hi").content,
            "audio": (b"OggS" * 1000)[:2040],
        }
        assert form.is_cut_short


def test_sender_that_hangs_up_leaves_what_arrived_whole(read):
    body = form_of(header_part(), chat_part("Hi"))

    with read(Stream(body[: -len(BOUNDARY) - 20], fails_at_end=True)) as form:
        assert list(contents(form)) == ["header"]
        assert form.is_cut_short


def test_part_that_is_complete_by_its_length_needs_no_closing_boundary(read):
    body = form_of(header_part(), audio_part())

    with read(body[: -len(BOUNDARY) - 8]) as form:
        assert (form.problems, form.is_cut_short) == ({}, True)


@pytest.mark.parametrize(
    "ends_with",
    [b"", b"\r\n", b"\r\nContent-Type: audio/ogg\r\nContent-Dispo", b"-"],
    ids=["at its boundary", "behind its boundary", "in its headers", "in the end of the boundary"],
)
def test_body_that_breaks_off_between_two_parts_is_cut_short(read, ends_with):
    body = form_of(header_part(), chat_part("Hi"))

    with read(body[: -len(b"--\r\n")] + ends_with) as form:
        assert form.is_cut_short
        assert list(contents(form)) == ["header", "chat_history"]
        assert form.problems == {"audio": "The upload broke off before audio."}


def test_body_that_breaks_off_in_its_first_part_is_cut_short_and_no_malformed_form(read):
    with read(form_of(header_part(), audio_part())[:150]) as form:
        assert (form.is_cut_short, contents(form)) == (True, {})


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        (Part("header", b"x" * 101), "header exceeds 100 bytes."),
        (Part("chat_history", b"x" * 201), "chat_history exceeds 200 bytes."),
        (Part("chat_history", b""), "chat_history is empty."),
        (Part("chat_history", b"{}", announced_bytes=3), "chat_history announced 3 bytes, and 2 came."),
        (Part("video", b"x"), "Playhead knows no such part."),
        (Part("chat_history", b"!!!!!", headers=BASE64), "chat_history cannot be decoded (base64)."),
        (Part("chat_history", b"e30=e", headers=BASE64), "chat_history cannot be decoded (base64)."),
        (Part("", b"x"), "A part has no name that can be read."),
    ],
)
def test_bad_part_is_named_and_left_out(read, part, problem):
    limits = PartLimits(header_bytes=100, chat_history_bytes=200)

    with read(form_of(part, audio_part()), limits=limits) as form:
        assert form.problems == {part.name: problem}
        assert contents(form) == {"audio": audio_part().content}


@pytest.mark.parametrize("file_name", [None, "", "../../x"])
def test_part_needs_no_file_name(read, file_name):
    parts = [replace(part, file_name=file_name) for part in (header_part(), chat_part("Hi"), audio_part())]

    with read(form_of(*parts)) as form:
        assert (form.problems, list(contents(form))) == ({}, ["header", "chat_history", "audio"])


@pytest.mark.parametrize("piece_bytes", [3, 4096])
def test_part_in_base64_is_decoded(read, piece_bytes):
    sound = b"OggS" + bytes(range(256)) * 9
    body = form_of(header_part(), audio_part(encodebytes(sound), headers=BASE64))

    with read(Stream(body, piece_bytes)) as form:
        assert (form.problems, contents(form)["audio"]) == ({}, sound)


@pytest.mark.parametrize(
    "broken",
    [
        b"Content-Disposition: form-data",
        b"Content-Disposition: form-data; name*=nonsense''chat_history",
        b"X-Long: " + b"x" * 5000,
        b"\xff\xff",
    ],
    ids=["no name", "unknown characters", "endless", "no text"],
)
def test_part_whose_headers_cannot_be_read_costs_the_next_one_nothing(read, broken):
    chat = chat_part("Hi").encoded().replace(b'Content-Disposition: form-data; name="chat_history"', broken)

    with read(form_of(header_part())[: -len(BOUNDARY) - 6] + chat + form_of(audio_part())) as form:
        assert form.problems == {"": "A part has no name that can be read."}
        assert list(contents(form)) == ["header", "audio"]


def test_audio_of_which_only_a_part_can_be_decoded_is_kept_as_a_part(read):
    sound = encodebytes(b"OggS" * 50_000) + b"!!!!"

    with read(form_of(audio_part(sound, headers=BASE64), chat_part("Hi"))) as form:
        assert form.audio.problem == form.problems["audio"] == "audio cannot be decoded (base64)."
        assert contents(form)["audio"].startswith(b"OggS" * 10_000)
        assert contents(form)["chat_history"] == chat_part("Hi").content
