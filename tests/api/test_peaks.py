"""The waveform as browsers fetch it: small, exact, and the same until it is made anew (docs/peaks.md)."""

import gzip
import struct

import pytest
from django.conf import settings

from observability.models import Recording, Waveform
from observability.recordings.waveform import analyse_recording, shape_of
from tests.api.conftest import address
from tests.api.lasting_talk import lasting_acme, lasting_talk, owner, project, talk, teammate
from tests.people import SessionFactory

__all__ = ["lasting_acme", "lasting_talk", "owner", "project", "talk", "teammate"]

HEADER = struct.Struct("<4sBBBBIIIIIId")


@pytest.fixture
def drawn(talk):
    analyse_recording(talk.recordings.get().pk)
    return talk


@pytest.fixture
def stored(drawn):
    return (settings.MEDIA_ROOT / Waveform.objects.get().name).read_bytes()


def peaks(session, script, query="", **headers):
    return script.get(f"{address(session, 'peaks')}?{query}", **headers)


def parts_of(answer):
    return HEADER.unpack(answer.content[:40]), answer.content[40:]


def test_whole_session_comes_in_the_level_that_fits_a_screen(drawn, script, stored):
    answer = peaks(drawn, script)

    header, values = parts_of(answer)
    assert header == (b"PHPK", 1, 2, 4, 0, 48_000, 480, 0, 1401, 1401, 0, 672_397 / 48)
    assert values == stored[: 1401 * 4]
    assert {name: answer[name] for name in ("Content-Type", "Cache-Control", "X-Content-Type-Options")} == {
        "Content-Type": "application/octet-stream",
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }


@pytest.mark.parametrize(
    ("query", "level", "first", "count"),
    [
        ("buckets=300", 2, 0, 351),
        ("buckets=1", 3, 0, 176),
        ("from_ms=1000&to_ms=3000&buckets=51", 1, 50, 100),
        ("level=1&from_ms=13990", 1, 699, 2),
        ("from_ms=99000", 0, 1401, 0),
    ],
)
def test_part_is_answered_as_fine_as_asked_for(drawn, script, stored, query, level, first, count):
    header, values = parts_of(peaks(drawn, script, query))

    assert (header[4], header[7], header[8], len(values)) == (level, first, count, count * 4)
    before = sum(shape_of(Waveform.objects.get()).buckets_at(finer) for finer in range(level))
    assert values == stored[(before + first) * 4 : (before + first + count) * 4]


@pytest.mark.parametrize(
    "query", ["level=4", "level=-1", "buckets=0", "buckets=32768", "from_ms=x", "to_ms=1.5", "revision=x"]
)
def test_what_is_no_such_number_is_refused(drawn, script, query):
    answer = peaks(drawn, script, query)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_no_answer_is_endless(drawn, script):
    Waveform.objects.update(sample_count=3600 * 48_000)

    answer = peaks(drawn, script, "level=0")

    assert answer.json()["error"]["message"].startswith("That is more than 65536 buckets")


def test_unchanged_peaks_are_not_sent_twice(drawn, script):
    etag = peaks(drawn, script)["ETag"]

    answer = peaks(drawn, script, **{"If-None-Match": etag})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert peaks(drawn, script, "buckets=300", **{"If-None-Match": etag}).status_code == 200


def test_peaks_made_anew_have_another_tag(drawn, script):
    etag = peaks(drawn, script)["ETag"]

    Waveform.objects.update(version=2)

    assert peaks(drawn, script)["ETag"] != etag


def test_answer_is_compressed_for_who_reads_gzip(drawn, script):
    plain, packed = peaks(drawn, script), peaks(drawn, script, **{"Accept-Encoding": "br, gzip"})

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == plain["ETag"]
    assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.parametrize("takes", ["gzip;q=0", "gzip; q=0.000, br", "br", "*", "notgzip"])
def test_answer_is_plain_for_who_reads_none(drawn, script, takes):
    assert "Content-Encoding" not in peaks(drawn, script, **{"Accept-Encoding": takes})


@pytest.mark.parametrize(
    "takes", ["gzip;q=0.5", "deflate, GZIP ; q=1.0", "gzip;q=0.001", "identity;q=0, gzip"]
)
def test_answer_is_compressed_however_little_it_is_wanted(drawn, script, takes):
    assert peaks(drawn, script, **{"Accept-Encoding": takes})["Content-Encoding"] == "gzip"


def test_copy_of_a_recording_has_the_same_peaks_and_others_are_not_made(drawn, script):
    assert peaks(drawn, script, "as=m4a").content == peaks(drawn, script).content
    assert peaks(drawn, script, "as=zzz").json()["error"]["message"] == (
        "as is m4a, or left out for the original."
    )


def test_peaks_that_are_not_made_yet_are_pending(talk, script):
    answer = peaks(talk, script)

    assert (answer.status_code, answer.json(), answer["Retry-After"]) == (202, {"state": "pending"}, "2")


def test_recording_without_sound_says_why_it_has_no_peaks(talk, script):
    sentence = "The file is no Ogg audio (InvalidDataError)."
    Waveform.objects.create(recording=talk.recordings.get(), version=1, problem=sentence)

    answer = peaks(talk, script)

    assert (answer.status_code, answer.json()["error"]["message"]) == (404, sentence)


def test_session_without_recording_has_no_peaks(project, script):
    assert peaks(SessionFactory.create(project=project), script).status_code == 404


def test_lost_peaks_are_gone(drawn, script):
    (settings.MEDIA_ROOT / Waveform.objects.get().name).unlink()

    assert peaks(drawn, script).status_code == 410


def test_each_revision_has_its_own_peaks(drawn, script):
    old = drawn.recordings.get()
    Recording.objects.create(
        session=drawn, revision=2, sha256="ab" * 32, size_bytes=1, name="x", place="storage"
    )

    assert old.revision == 1
    assert peaks(drawn, script).status_code == 202
    assert peaks(drawn, script, "revision=1").status_code == 200
    assert peaks(drawn, script, "revision=3").status_code == 404


def test_peaks_cost_few_queries(drawn, script, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        peaks(drawn, script)
