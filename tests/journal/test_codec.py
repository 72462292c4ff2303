"""Batches are compressed with a dictionary that ships with the code and never changes."""

import hashlib
import re
from typing import Any

import pytest
import zstandard

from observability.journal.codec import DICTIONARY, LEVEL, decode, encode
from observability.otlp.bounds import LIMITS
from observability.otlp.decode import decode as decode_otlp
from tests.captured import RUNS, CapturedRequest, captured_exports

FEW = 4
SHA_256 = "f4503d47a26574ba911838dd21fa3fd8e30de6a8a59c2250690c27c4c5d794fa"
REQUESTS = [request for run in RUNS for request in captured_exports(run)]


def records_in(request: CapturedRequest) -> list[Any]:
    found = decode_otlp(request.signal, request.inflated, request.content_type, LIMITS)  # type: ignore[arg-type]
    return list(found.records)


@pytest.mark.parametrize("run", RUNS)
def test_few_records_take_a_fifth_less_than_without_the_dictionary(run: str) -> None:
    alone = zstandard.ZstdCompressor(level=LEVEL)
    few = [records[:FEW] for records in map(records_in, captured_exports(run)) if records]

    with_it = [encode(records) for records in few]
    without = [alone.compress(lines_of(each)) for each in with_it]

    assert [decode(payload) for payload in with_it] == few
    assert sum(map(len, with_it)) < 0.8 * sum(map(len, without))


def lines_of(payload: bytes) -> bytes:
    return zstandard.ZstdDecompressor(dict_data=DICTIONARY).decompress(payload)


def test_what_was_written_without_it_is_read() -> None:
    records = records_in(REQUESTS[0])
    payload = zstandard.ZstdCompressor(level=LEVEL).compress(lines_of(encode(records)))

    assert decode(payload) == records


def test_it_is_never_changed() -> None:
    """Or journals and backups could not be read any more. Another one gets another number and file beside it."""
    assert hashlib.sha256(DICTIONARY.as_bytes()).hexdigest() == SHA_256


def test_nothing_that_anybody_said_is_in_it() -> None:
    """Every payload's reader has it, whosoever the captured sessions were."""
    said = {
        text
        for request in REQUESTS
        for text in re.findall(r"[\w,.’' -]{12,}", request.inflated.decode(errors="replace"))
        if " " in text.strip()
    }

    assert len(said) > 100
    assert [text for text in said if text.encode() in DICTIONARY.as_bytes()] == []
