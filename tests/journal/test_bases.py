"""A batch leans on an earlier one of its session where that makes it smaller, and is read only with it."""

import random
import time
from types import SimpleNamespace

import pytest

from observability.journal import bases as remembering
from observability.journal.bases import MAX_TEXT_BYTES, MIN_TEXT_BYTES, REMEMBERED_S, Base, Bases
from observability.journal.codec import encode, encode_after, records_from, text_of
from tests.live.test_publish import eventually

WORDS = random.Random(1).choices("".join(map(chr, range(97, 123))), k=40_000)
SAID = "".join(WORDS)
"""Nothing repeats within it."""


def records_that_say(text: str):
    return [{"signal": "span", "name": "llm_request", "attributes": {"said": text}}]


def base_that_says(text: str) -> Base:
    return Base(1, b"d" * 16, encode_after(None, records_that_say(text)).text)


def test_what_the_base_says_too_is_not_said_again():
    records = records_that_say(SAID[:12_000])

    leaning = encode_after(base_that_says(SAID[:10_000]), records)

    assert len(leaning.payload) < 0.3 * len(encode(records))
    assert leaning.base is not None
    assert records_from(text_of(leaning.payload, leaning.base.text)) == records


@pytest.mark.parametrize("other", [b"", SAID[::-1].encode()], ids=["none", "another"])
def test_without_its_base_it_is_damaged_and_not_something_else(other):
    leaning = encode_after(base_that_says(SAID[:10_000]), records_that_say(SAID[:10_000]))

    with pytest.raises(ValueError, match="damaged"):
        text_of(leaning.payload, other or None)


@pytest.mark.parametrize(
    ("base", "length"),
    [(10_000, MIN_TEXT_BYTES // 2), (10_000, 13_000), (40_000, 9_000)],
    ids=["short", "much that is new", "much shorter"],
)
def test_what_gains_little_leans_on_nothing(base, length):
    encoded = encode_after(base_that_says(SAID[:base]), records_that_say(SAID[:length]))

    assert encoded.base is None
    assert bool(encoded.text) == (length > base)  # the next base
    assert encoded.payload == encode(records_that_say(SAID[:length]))


def test_only_what_is_neither_short_nor_huge_is_a_base():
    lengths = [MIN_TEXT_BYTES // 2, MIN_TEXT_BYTES, MAX_TEXT_BYTES]

    texts = [encode_after(None, records_that_say("x" * length)).text for length in lengths]

    assert [bool(text) for text in texts] == [False, True, False]


def test_latest_bases_are_remembered_and_the_longest_unused_go_first():
    bases = Bases(max_bytes=3_000)
    for number in range(3):
        bases.remember((1, f"AJ_{number}", "traces"), Base(number, b"", b"x" * 1000))
    bases.remember((1, "AJ_0", "traces"), Base(0, b"", b"x" * 1000))

    bases.remember((1, "AJ_3", "traces"), Base(3, b"", b"x" * 1000))

    assert [bool(bases.of((1, f"AJ_{number}", "traces"))) for number in range(4)] == [True, False, True, True]


def test_base_gives_way_to_the_next_of_its_session_and_is_counted_once():
    bases = Bases(max_bytes=3_000)
    bases.remember((1, "AJ_other", "traces"), Base(1, b"", b"x" * 1000))

    for number in range(9):
        bases.remember((1, "AJ_1", "traces"), Base(number, b"", b"x" * 2000))

    assert (bases.of((1, "AJ_1", "traces")), bool(bases.of((1, "AJ_other", "traces")))) == (
        Base(8, b"", b"x" * 2000),
        True,
    )


@pytest.mark.parametrize("other", [(2, "AJ_1", "traces"), (1, "AJ_2", "traces"), (1, "AJ_1", "logs")])
def test_another_project_job_or_signal_has_no_part_in_it(other):
    bases = Bases()
    bases.remember((1, "AJ_1", "traces"), Base(1, b"", b"x"))

    assert bases.of(other) is None


def test_what_is_out_of_use_goes_also_if_nothing_more_comes(monkeypatch):
    monkeypatch.setattr(remembering, "REMEMBERED_S", 0.05)
    bases = Bases()

    bases.remember((1, "AJ_1", "traces"), Base(1, b"", b"x"))

    assert eventually(lambda: not bases._found)


def test_what_is_out_of_use_does_not_stay_in_memory(monkeypatch):
    bases = Bases()
    bases.remember((1, "AJ_1", "traces"), Base(1, b"", b"x"))
    later = time.monotonic() + REMEMBERED_S + 1
    monkeypatch.setattr(remembering, "time", SimpleNamespace(monotonic=lambda: later))

    bases.remember((1, "AJ_2", "traces"), Base(1, b"", b"x"))

    assert (bases.of((1, "AJ_1", "traces")), bool(bases.of((1, "AJ_2", "traces")))) == (None, True)
