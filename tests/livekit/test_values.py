import pytest

from observability.livekit.measures import Measures
from observability.livekit.times import moment_ns
from observability.livekit.values import camel_case, flag, integer, number, parsed, snake_case, texts


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (1, 1.0),
        (1.5, 1.5),
        (True, None),
        ("1", None),
        (None, None),
        ({"$double": "NaN"}, None),
        (10**400, None),
    ],
)
def test_number_is_a_finite_float_or_absent(value, read):
    assert number(value) == read


def test_integer_that_does_not_fit_64_bits_counts_as_absent():
    assert (integer(7.9), integer(2.0**70)) == (7, None)


@pytest.mark.parametrize(
    ("value", "read"), [(True, True), ("true", True), ("False", False), ("yes", None), (1, None)]
)
def test_flag_reads_truth_values_and_their_words(value, read):
    assert flag(value) is read


def test_texts_reads_a_list_of_python_and_a_json_string_of_node():
    assert texts(["a", 1, "b"]) == texts('["a", 1, "b"]') == ("a", "b")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('{"a": 1}', {"a": 1}),
        ("[NaN, 1e999]", [None, None]),
        ("not json", "not json"),
        ("[" * 90_000, "[" * 90_000),
        (5, 5),
    ],
    ids=["object", "numbers JSON cannot say", "words", "bottomless", "no string"],
)
def test_json_in_attributes_is_read_or_left_as_it_is(written, read):
    assert parsed(written) == read


def test_names_turn_from_camel_to_snake_case_and_back():
    assert (snake_case("functionCallOutput"), camel_case("function_call_output")) == (
        "function_call_output",
        "functionCallOutput",
    )


@pytest.mark.parametrize(
    "written",
    [1795336557.621945, 1795336557621.945, "2026-11-22T08:35:57.621945Z", "2026-11-22T09:35:57.621945+01:00"],
    ids=["seconds", "milliseconds", "RFC 3339", "RFC 3339 with a zone"],
)
def test_a_moment_is_the_same_however_it_is_written(written):
    assert abs(moment_ns(written) - 1_795_336_557_621_945_000) < 1_000


def test_a_moment_keeps_nanoseconds_of_rfc_3339():
    assert moment_ns("2026-11-22T08:35:57.656780032Z") == 1_795_336_557_656_780_032


@pytest.mark.parametrize("written", [0, -5, None, "", "yesterday", "2026-13-45T99:00:00Z", True, 1e30, [1]])
def test_a_moment_that_cannot_be_is_absent(written):
    assert moment_ns(written) is None


def test_durations_are_milliseconds_whatever_the_sdk_wrote():
    python = Measures({"lk.transcription_delay": 0.25, "lk.e2e_latency": 1.5}, "python")
    node = Measures({"lk.transcription_delay": 250.0, "lk.e2e_latency": 1.5}, "node")

    assert python.native("lk.transcription_delay") == node.native("lk.transcription_delay") == 250.0
    assert python.seconds("lk.e2e_latency") == node.seconds("lk.e2e_latency") == 1500.0


def test_impossible_durations_are_absent_and_named():
    measures = Measures({"negative": -1, "absurd": 1e9, "zero": 0, "word": "1"})

    read = [measures.seconds(name) for name in ("negative", "absurd", "word", "missing")]

    assert read == [None, None, None, None]
    assert measures.impossible == ["negative", "absurd"]


def test_zero_is_unknown_only_where_the_contract_says_so():
    measures = Measures({"zero": 0})

    assert (measures.seconds("zero"), measures.seconds("zero", zero_is_unknown=True)) == (0.0, None)
    assert measures.impossible == []


def test_half_a_character_in_json_is_shown_as_unknown():
    said = parsed('{"a\\udc00": ["x\\ud800", "\\ud83d\\ude00"]}')

    assert said == {"a\N{REPLACEMENT CHARACTER}": ["x\N{REPLACEMENT CHARACTER}", "\N{GRINNING FACE}"]}
