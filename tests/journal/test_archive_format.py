"""The file of a sealed session says everything back, and its skeleton can be read alone."""

import orjson
import pytest
import zstandard

from observability.journal.archive_format import (
    REST,
    DamagedArchive,
    joined_lines,
    packed,
    read_skeleton,
    sorted_for_archive,
    unpacked,
)
from observability.timeline.dedupe import unique
from tests.captured import RUNS
from tests.timeline.sessions import batches_of


def records_of(run):
    return sorted_for_archive(unique(batches_of(run)))


@pytest.mark.parametrize("run", RUNS)
def test_every_record_comes_back_as_it_was(run):
    records = records_of(run)

    assert unpacked(packed(records, about={})) == records


@pytest.mark.parametrize("run", RUNS)
def test_every_span_is_told_as_it_lies(run):
    records = records_of(run)

    joined = joined_lines(packed(records, about={}), b'{"signal":"span",')

    assert joined is not None
    assert [orjson.loads(whole) for _, whole in joined] == [
        record for record in records if record["signal"] == "span"
    ]


@pytest.mark.parametrize(
    "attributes",
    [{"resource": 1, "scope": 2}, {"text": '"resource":1,"scope":2}'}, {"text": "line\nline"}],
    ids=["keys of the same name", "words that look so", "lines"],
)
def test_what_a_sender_wrote_is_never_taken_for_the_format(attributes):
    span = next(record for record in records_of("python/1.8.9_full") if record["signal"] == "span")
    odd = {**span, "attributes": attributes, "events": []}

    [(_, whole)] = joined_lines(packed([odd], about={}), b'{"signal":"span",')

    assert orjson.loads(whole) == odd


def test_spans_of_another_form_are_left_to_parsing():
    span = next(record for record in records_of("python/1.8.9_full") if record["signal"] == "span")
    bare = {name: value for name, value in span.items() if name != "scope"}

    assert joined_lines(packed([bare], about={}), b'{"signal":"span",') is None


def test_a_span_without_its_other_half_is_damage():
    spans = [record for record in records_of("python/1.8.9_full") if record["signal"] == "span"]
    (first, _), (_, second) = (frames_of(packed(some, about={})) for some in (spans, spans[:-1]))

    with pytest.raises(DamagedArchive):
        joined_lines(first + second, b'{"signal":"span",')


def frames_of(content: bytes) -> tuple[bytes, bytes]:
    frame = zstandard.ZstdDecompressor().decompressobj()
    frame.decompress(content)
    return content[: len(content) - len(frame.unused_data)], frame.unused_data


def test_an_empty_session_has_a_file_too():
    assert unpacked(packed([], about={"session": "s"})) == []


def test_skeleton_holds_ids_names_and_times_and_nothing_large():
    records = records_of("python/1.8.9_full")
    head, bones = read_skeleton(packed(records, about={"session": "s"}))

    assert (head["format"], head["version"], head["records"], head["session"]) == (
        "playhead-archive",
        1,
        len(records),
        "s",
    )
    assert [bone.get("span_id") for bone in bones] == [record.get("span_id") for record in records]
    assert [bone.get("start_ns") for bone in bones] == [record.get("start_ns") for record in records]
    assert not any(name in bone for bone in bones for name in [*REST, "resource", "scope"])


def test_the_same_records_make_the_same_file():
    records = records_of("node/1.9.0_full")

    assert packed(records, about={}) == packed(records, about={})


def test_every_line_is_json_for_any_tool():
    content = packed(records_of("python/1.8.9_full"), about={})

    lines = zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True).read().splitlines()

    assert len(lines) == 2 * (1 + len(records_of("python/1.8.9_full")))
    assert all(isinstance(orjson.loads(line), dict) for line in lines)


@pytest.mark.parametrize(
    "damage", [lambda c: c[:-10], lambda c: c[: len(c) // 3], lambda c: b"", lambda c: b"x" + c]
)
def test_damage_is_told_as_damage(damage):
    content = packed(records_of("python/1.8.9_full"), about={})

    with pytest.raises(DamagedArchive):
        unpacked(damage(content))
