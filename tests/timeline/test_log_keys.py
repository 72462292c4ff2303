"""What a link to a log line goes by."""

from observability.timeline import build
from tests.timeline.sessions import ENDED, batches_of, built, log, timeline_of


def keys(*records):
    return {line.body: line.key for line in built(*records).logs}


def test_a_line_that_arrives_late_changes_the_places_of_others_and_no_key():
    lines = [log("second", 20), log("third", 30)]

    before, after = built(*lines).logs, built(*lines, log("first", 10)).logs

    assert [line.index for line in after] == [0, 1, 2]
    assert [line.key for line in before] == [line.key for line in after[1:]]


def test_no_key_depends_on_the_order_of_arrival():
    one, other = log("one", 10), log("other", 10)

    assert keys(one, other) == keys(other, one)


def test_equal_lines_are_counted_apart():
    line = log("again", 10)

    found = [line.key for line in built(line, line, line).logs]

    assert found == [found[0], f"{found[0]}-2", f"{found[0]}-3"]


def test_words_that_are_no_text_and_half_characters_have_keys_too():
    assert all(
        len(line.key) == 10 for line in built(log({"code": 5}, 1), log("\ud800", 2), log(None, 3)).logs
    )


def test_every_line_of_a_captured_session_has_a_key_of_its_own():
    for run in ("python/1.8.9_full", "node/1.9.0_full"):
        lines = timeline_of(run).logs

        assert len({line.key for line in lines}) == len(lines) > 10


def test_each_wait_for_the_end_of_a_turn_names_its_span():
    for run, name in (("python/1.8.9_full", "eou_wait"), ("node/1.9.0_full", "eou_detection")):
        timeline = build(batches_of(run), context=ENDED)
        names = {span.span_id: span.name for span in timeline.spans}

        assert {names[wait.span_id] for turn in timeline.turns for wait in turn.end_of_turn} == {name}
