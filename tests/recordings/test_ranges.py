"""Which part of a file is served, and when the header is as if it were not there (RFC 9110 §14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.recordings.ranges import ByteRange, Unsatisfiable, is_unchanged, range_of


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", ByteRange(0, 0)),
        ("bytes=0-99", ByteRange(0, 99)),
        ("bytes=10-19", ByteRange(10, 19)),
        ("bytes=90-", ByteRange(90, 99)),
        ("bytes=99-", ByteRange(99, 99)),
        ("bytes=50-1000", ByteRange(50, 99)),
        ("bytes=50-" + "9" * 60, ByteRange(50, 99)),
        ("bytes=-1", ByteRange(99, 99)),
        ("bytes=-100", ByteRange(0, 99)),
        ("bytes=-1000", ByteRange(0, 99)),
        ("Bytes=5-9", ByteRange(5, 9)),
        ("bytes= 5-9 ", ByteRange(5, 9)),
    ],
)
def test_a_single_range_is_that_part_of_the_file(header, part):
    assert range_of(header, size=100) == part


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes=",
        "bytes=-",
        "bytes",
        "bytes 0-1",
        "bytes=9-5",
        "bytes=a-b",
        "bytes=1-b",
        "bytes=+1-2",
        "bytes=1.5-2",
        "bytes=0-1,3-4",
        "bytes=0-,-1",
        "seconds=0-1",
        "bytes=٣-٤",
        "bytes=0-" + "9" * 101,
    ],
)
def test_what_is_not_a_single_range_means_the_whole_file(header):
    assert range_of(header, size=100) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=100-200", 100), ("bytes=-0", 100), ("bytes=0-", 0)]
)
def test_a_range_behind_the_end_cannot_be_satisfied(header, size):
    with pytest.raises(Unsatisfiable):
        range_of(header, size=size)


def test_the_end_of_an_empty_file_is_the_empty_file():
    assert range_of("bytes=-5", size=0) is None


def test_a_part_names_its_place_in_the_file():
    part = ByteRange(10, 19)

    assert (part.length, part.content_range(size=100)) == (10, "bytes 10-19/100")


@pytest.mark.parametrize(
    ("if_range", "is_served"),
    [
        (None, True),
        ('"abc"', True),
        (' "abc" ', True),
        ('"abd"', False),
        ('W/"abc"', False),
        ("abc", False),
        ("Sun, 22 Nov 2026 10:00:00 GMT", False),
    ],
)
def test_a_range_is_served_only_of_the_file_it_was_made_for(if_range, is_served):
    assert is_unchanged(if_range, etag='"abc"') is is_served


@given(
    header=st.text() | st.from_regex(r"bytes=[0-9]{0,5}-[0-9]{0,5}(,[0-9]{0,3}-)?"),
    size=st.integers(0, 100_000),
)
def test_any_header_is_a_part_within_the_file_or_none(header, size):
    try:
        part = range_of(header, size=size)
    except Unsatisfiable:
        return

    assert part is None or 0 <= part.first <= part.last < size


@given(data=st.data(), size=st.integers(1, 10_000))
def test_two_neighbouring_ranges_are_the_whole_file(data, size):
    middle = data.draw(st.integers(0, size - 1))

    head = range_of(f"bytes=0-{middle}", size=size)
    tail = range_of(f"bytes=-{size - middle - 1}", size=size) if middle < size - 1 else None

    assert head is not None
    assert head.length + (tail.length if tail else 0) == size
