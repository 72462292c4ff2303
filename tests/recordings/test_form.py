"""What is read of a recording upload's body, and that nothing of it costs the rest."""

import hashlib
import tracemalloc
from itertools import permutations

import pytest

from observability.recordings.form import FormTooLarge, MalformedForm, PartLimits
from tests.captured import RUNS, captured
from tests.recordings.uploads import (
    BOUNDARY,
    CONTENT_TYPE,
    Part,
    Stream,
    audio_part,
    captured_recording,
    chat_part,
    contents,
    form_of,
    header_part,
    upload,
)

WITH_RECORDING = [run for run in RUNS if any(request.signal == "recordings" for request in captured(run))]


@pytest.mark.parametrize("run", WITH_RECORDING)
def test_captured_upload_is_read_part_by_part(read, run):
    request = captured_recording(run)
    audio = request.body.partition(b'filename="recording.ogg"')[2].partition(b"\r\n\r\n")[2]

    with read(request.body, content_type=request.content_type) as form:
        assert (form.problems, form.is_cut_short, form.audio.suffix) == ({}, False, ".ogg")
        assert audio.startswith(contents(form)["audio"])
        assert form.audio.sha256 == hashlib.sha256(contents(form)["audio"]).hexdigest()


@pytest.mark.parametrize(
    "order",
    [*permutations([header_part(), chat_part("Hi"), audio_part()])],
    ids=lambda parts: " ".join(part.name for part in parts),
)
def test_parts_may_come_in_any_order(read, order):
    with read(form_of(*order)) as form:
        assert contents(form) == {part.name: part.content for part in order}


@pytest.mark.parametrize("piece_bytes", [1, 7, 60, 4096])
def test_body_may_come_in_pieces_of_any_size(read, piece_bytes):
    body = form_of(
        header_part(), chat_part("Hi"), audio_part(b"OggS\r\n--" + BOUNDARY.encode()[:20] + b"\r\n\r\n")
    )

    with read(Stream(body, piece_bytes)) as form, read(body) as whole:
        assert contents(form) == contents(whole)


def test_further_headers_of_a_part_are_no_hindrance(read):
    audio = audio_part(headers=("Created-At: 2026-11-22T08:33:03.834Z", "X-Other: 1"))

    with read(form_of(header_part(), audio)) as form:
        assert contents(form)["audio"] == audio.content


def test_part_without_a_length_of_its_own_is_whole_at_its_boundary(read):
    body = form_of(header_part(), audio_part()).replace(b"Content-Length", b"X-Length")

    with read(body) as form:
        assert (form.problems, contents(form)["audio"]) == ({}, audio_part().content)


def test_empty_audio_is_no_audio(read):
    with read(form_of(header_part(), audio_part(b""))) as form:
        assert (form.audio, form.problems) == (None, {"audio": "audio is empty."})


def test_of_two_parts_with_one_name_the_first_counts(read):
    with read(form_of(audio_part(b"OggS 1"), audio_part(b"OggS 2"))) as form:
        assert contents(form) == {"audio": b"OggS 1"}
        assert form.problems == {"audio": "There is more than one part audio; the first one counts."}


def test_nothing_stays_in_the_spool(read, tmp_path):
    with read(form_of(audio_part(), audio_part())):
        assert len(list(tmp_path.iterdir())) == 2

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", CONTENT_TYPE),
        (b"no form", CONTENT_TYPE),
        (form_of(), CONTENT_TYPE),
        (form_of(Part("video", b"x")), CONTENT_TYPE),
        (f"--{BOUNDARY}--\r\n".encode() + upload(), CONTENT_TYPE),
        (upload(), "multipart/form-data"),
        (upload(), "multipart/form-data; boundary=" + "b" * 300),
        (upload(), "multipart/form-data; boundary=\u00e9"),
        (upload(), "application/json"),
        (upload(), ""),
    ],
)
def test_body_that_is_no_such_form_is_malformed(read, tmp_path, body, content_type):
    with pytest.raises(MalformedForm), read(body, content_type=content_type):
        pass

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        (upload(), {"max_bytes": 300}),
        (form_of(*[Part(f"part{n}", b"x") for n in range(4)]), {"limits": PartLimits(parts=3)}),
        (
            form_of(*[Part(f"part{n}", b"x", None) for n in range(4)], audio_part()),
            {"limits": PartLimits(parts=3)},
        ),
    ],
    ids=["bytes", "parts", "fields"],
)
def test_body_beyond_a_limit_is_too_large_and_leaves_nothing(read, tmp_path, body, limits):
    with pytest.raises(FormTooLarge), read(body, **limits):
        pass

    assert list(tmp_path.iterdir()) == []


class LongBody:
    """An upload whose audio is made as it is read."""

    def __init__(self, audio_bytes):
        self.head, _, self.tail = form_of(
            header_part(), audio_part(b"SOUND", announced_bytes=audio_bytes)
        ).partition(b"SOUND")
        self.left = audio_bytes
        self.noise = bytes(range(256)) * 256

    def read(self, size, /):
        if self.head:
            head, self.head = self.head, b""
            return head
        if self.left:
            piece = self.noise[: min(size, self.left)]
            self.left -= len(piece)
            return piece
        tail, self.tail = self.tail, b""
        return tail


def test_audio_of_40_mb_takes_less_than_2_mb_of_memory(read):
    body = LongBody(40 * 1024 * 1024)

    tracemalloc.start()
    try:
        with read(body) as form:
            _, peak_bytes = tracemalloc.get_traced_memory()
            assert (form.audio.size_bytes, form.problems) == (40 * 1024 * 1024, {})
    finally:
        tracemalloc.stop()

    assert peak_bytes < 2 * 1024 * 1024
