"""Compressed bodies: all of them that is lawful, none of what is not, and never more than asked for."""

import gzip
import time
import tracemalloc
import zlib
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability import limits
from observability.otlp.body import MAX_GZIP_MEMBERS, BodyTooLarge, MalformedBody, inflate, read_bounded

MIB = 1024 * 1024


def inflated(chunks, max_compressed_bytes=16 * MIB, max_bytes=64 * MIB, **more):
    return inflate(chunks, max_compressed_bytes=max_compressed_bytes, max_bytes=max_bytes, **more)


@pytest.mark.parametrize("chunk_bytes", [1, 7, 100_000])
def test_all_members_of_a_gzip_body_are_read_however_it_is_cut(chunk_bytes):
    body = gzip.compress(b"first ") + gzip.compress(b"") + gzip.compress(b"second")
    chunks = [body[start : start + chunk_bytes] for start in range(0, len(body), chunk_bytes)]

    assert inflated(iter(chunks)) == b"first second"


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.integers(1, 50))
def test_inflating_undoes_compressing(parts, chunk_bytes):
    body = b"".join(gzip.compress(part) for part in parts)
    chunks = [body[start : start + chunk_bytes] for start in range(0, len(body), chunk_bytes)]

    assert inflated(chunks) == b"".join(parts)


@pytest.mark.parametrize("extra_bytes", range(-2, 3))
def test_output_that_fills_a_step_exactly_is_read_to_its_end(extra_bytes):
    text = b"x" * (MIB + extra_bytes)

    assert inflated(gzip.compress(text)) == text
    assert inflated(gzip.compress(text), max_bytes=len(text)) == text


def test_a_long_chunk_is_read_to_its_end():
    noise = Random(1).randbytes(200_000)

    assert inflated(gzip.compress(noise)) == noise


def test_deflate_is_read_too():
    assert inflated(zlib.compress(b"spans"), compression="deflate") == b"spans"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "gzip body is cut short after 0 bytes"),
        (b"plain", "body is not gzip"),
        (gzip.compress(b"spans")[:-1], "gzip body is cut short after 24 bytes"),
        (gzip.compress(b"spans")[:5], "gzip body is cut short after 5 bytes"),
        (gzip.compress(b"spans") + b"rubbish", "gzip body has bytes behind its end that are not gzip"),
        (gzip.compress(b"spans") + gzip.compress(b"s")[:9], "gzip body is cut short after 34 bytes"),
        (
            gzip.compress(b"spans")[:-5] + b"\x99" + gzip.compress(b"spans")[-4:],
            "gzip body is damaged: Error -3 while decompressing data: incorrect data check",
        ),
    ],
    ids=["empty", "not gzip", "cut in the end", "cut in the head", "rubbish", "cut second member", "damaged"],
)
def test_a_body_that_is_not_gzip_is_refused_with_the_reason(body, message):
    with pytest.raises(MalformedBody) as refusal:
        inflated(body)

    assert str(refusal.value) == message


def test_deflate_with_something_behind_its_end_is_refused():
    with pytest.raises(MalformedBody, match="deflate body has bytes behind its end"):
        inflated(zlib.compress(b"spans") + b"more", compression="deflate")


@pytest.mark.parametrize(
    ("body", "bounds", "message"),
    [
        (gzip.compress(b"x" * 101), {"max_bytes": 100}, "inflated body exceeds 100 bytes"),
        (gzip.compress(b"xy") * 51, {"max_bytes": 100}, "inflated body exceeds 100 bytes"),
        (gzip.compress(b"x"), {"max_compressed_bytes": 10}, "compressed body exceeds 10 bytes"),
        (gzip.compress(bytes(9 * MIB)), {}, "body inflates more than 300:1"),
        (gzip.compress(b"", 1) * (MAX_GZIP_MEMBERS + 1), {}, "gzip body has more than 4096 members"),
    ],
    ids=["one member", "many members", "compressed", "bomb", "members"],
)
def test_a_body_beyond_a_limit_is_refused_with_the_limit(body, bounds, message):
    with pytest.raises(BodyTooLarge) as refusal:
        inflated(body, **bounds)

    assert str(refusal.value) == message


def test_ratio_and_what_is_free_of_it_are_settings(monkeypatch):
    monkeypatch.setattr(limits, "MAX_INFLATE_RATIO", 50)
    monkeypatch.setattr(limits, "INFLATE_RATIO_FREE_BYTES", MIB)

    with pytest.raises(BodyTooLarge, match="body inflates more than 50:1"):
        inflated(gzip.compress(bytes(2 * MIB)))


def test_eight_mib_may_come_out_at_any_ratio():
    assert len(inflated(gzip.compress(bytes(8 * MIB)))) == 8 * MIB


def test_a_bomb_is_refused_before_it_takes_memory():
    bomb = gzip.compress(bytes(200 * MIB), 9)
    tracemalloc.start()

    with pytest.raises(BodyTooLarge):
        inflated(bomb)

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 24 * MIB


def test_growth_is_announced_before_it_is_kept_and_may_be_refused():
    announced = []

    inflated(gzip.compress(b"x" * 3 * MIB), reserve=announced.append)

    assert sum(announced) == 3 * MIB
    assert max(announced) == MIB


@given(st.binary(max_size=200))
def test_no_bytes_make_inflating_fail_in_an_undocumented_way(body):
    for candidate in (body, gzip.compress(b"")[:10] + body, gzip.compress(b"x") + body):
        began = time.perf_counter()
        with suppress(MalformedBody, BodyTooLarge):
            inflated(candidate)
        assert time.perf_counter() - began < 1


def test_a_plain_body_is_joined_up_to_its_limit():
    assert read_bounded([b"ab", b"cd"], max_bytes=4) == b"abcd"
    with pytest.raises(BodyTooLarge, match="body exceeds 3 bytes"):
        read_bounded([b"ab", b"cd"], max_bytes=3)
