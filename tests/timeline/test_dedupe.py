import json

from observability.timeline import as_json, build
from observability.timeline.dedupe import unique
from tests.timeline.sessions import ENDED, batches_of, header, item, log, point, span


def test_fifty_equal_lines_in_one_batch_stay_fifty():
    assert len(unique([[log("tick")] * 50])) == 50


def test_the_same_batch_again_adds_nothing():
    batch = [log("tick"), log("tick"), span("x"), item(0), point("m", 1), header()]

    assert len(unique([batch, batch, batch])) == len(unique([batch])) == 6


def test_an_overlapping_resend_adds_only_what_is_new():
    tick, tock = log("tick"), log("tock")

    assert unique([[tick, tick], [tick, tock]]) == [tick, tick, tock]


def test_what_arrives_later_moves_no_line():
    """Scripts read the list page by page while it grows."""
    one, late, two = log("one", 100), log("late", 100), log("two", 101)

    assert unique([[one, two], [late, one, one]]) == [one, two, late, one]


def test_lines_that_differ_in_an_attribute_only_are_different_lines():
    assert len(unique([[log("tick", attributes={"n": 1})], [log("tick", attributes={"n": 2})]])) == 2


def test_a_span_sent_again_counts_once_and_its_last_version_counts():
    first = span("llm_node", attributes={"a": 1})

    assert unique([[first], [{**first, "attributes": {"a": 2}}]]) == [{**first, "attributes": {"a": 2}}]


def test_spans_without_an_id_are_kept_apart_by_their_content():
    assert len(unique([[span("x", 0, 1, span_id=""), span("x", 0, 2, span_id="")]])) == 2


def test_points_of_one_moment_differ_by_their_attributes():
    one, two = point("m", 1, attributes={"a": 1}), point("m", 1, attributes={"a": 2})

    assert unique([[one, two], [one]]) == [one, two]


def test_a_captured_session_sent_twice_has_the_same_timeline():
    batches = batches_of("python/1.8.9_full")

    once = as_json(build(batches, context=ENDED))
    twice = as_json(build([*batches, *reversed(batches)], context=ENDED))

    assert json.dumps(once) == json.dumps(twice)


def test_a_session_read_back_as_one_batch_has_the_same_timeline():
    batches = batches_of("node/1.9.0_full")

    archived = [unique(batches)]

    assert as_json(build(archived, context=ENDED)) == as_json(build(batches, context=ENDED))
