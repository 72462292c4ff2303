import json

import pytest

from observability.timeline import details_as_json, span_details
from tests.captured import RUNS
from tests.timeline.sessions import batches_of, child, span


def spans_of(run):
    return [record for batch in batches_of(run) for record in batch if record["signal"] == "span"]


def facts_of(span, spans=()):
    return {fact.name: (fact.value, fact.unit) for fact in span_details(span, spans or [span]).facts}


def llm_node_of_turn_five():
    spans = spans_of("python/1.8.9_full")
    apology = "I am sorry, the booking system is not available right now."
    node = next(
        s for s in spans if s["name"] == "llm_node" and s["attributes"].get("lk.pii.response.text") == apology
    )
    return node, spans


def test_llm_node_shows_its_figures_first():
    facts = facts_of(*llm_node_of_turn_five())

    assert [round(facts["first token"][0]), facts["first token"][1]] == [254, "ms"]
    assert [round(facts["speed"][0]), facts["speed"][1]] == [37, "tok/s"]
    assert (facts["input_tokens"], facts["output_tokens"]) == ((278.0, "tok"), (18.0, "tok"))
    assert facts["input_cached_tokens"] == (139.0, "tok")
    assert "reasoning_tokens" not in facts


def test_llm_node_shows_its_conversation_to_the_end():
    details = span_details(*llm_node_of_turn_five())

    told = [(m.role, m.content or m.tool_name or m.output) for m in details.messages]
    assert told[0][0] == "system"
    assert told[-4:] == [
        ("user", "Please book a table for four people tonight."),
        ("assistant", "book_table"),
        ("tool", "book_table"),
        ("assistant", "I am sorry, the booking system is not available right now."),
    ]
    assert (details.answers, details.incomplete) == (1, False)
    assert "book_table" in details.tools


def test_llm_request_shows_the_same_conversation_as_its_node():
    node, spans = llm_node_of_turn_five()
    request = next(s for s in spans if s["parent_span_id"] == node["span_id"])

    def words(span):
        return [(m.role, m.content, m.tool_name) for m in span_details(span, spans).messages]

    assert words(request) == words(node)
    assert span_details(request, spans).provider_request_ids == ("chatcmpl_852395d2679c",)


def test_events_of_old_sdks_and_json_strings_of_node_are_conversations_too():
    for run in ("python/1.5.1", "node/1.9.0_full"):
        spans = spans_of(run)
        request = [s for s in spans if s["name"] == "llm_request"][-1]
        details = span_details(request, spans)

        assert [m.role for m in details.messages][:1] == ["system"]
        assert any(m.role == "user" and m.content for m in details.messages)


def test_input_whose_base_was_lost_is_marked_incomplete():
    lost = span("llm_node", attributes={"lk.input.delta": True, "lk.input.base_span_id": "f" * 16})

    assert span_details(lost, [lost]).incomplete


def test_attempt_counts_from_one():
    assert facts_of(span("llm_request_run", attributes={"lk.retry_count": 1}))["attempt"] == (2, "count")


def test_stall_is_shown_in_milliseconds():
    stall = span("event_loop_blocked", attributes={"lk.blocking.duration": 0.25, "lk.blocking.cause": "host"})

    assert facts_of(stall)["blocked"] == (250.0, "ms")


def test_unknown_span_has_its_duration_and_attributes():
    own = span("charge card", 0, 5, attributes={"amount": 3})

    assert facts_of(own) == {"duration": (5.0, "ms")}
    assert span_details(own, [own, child(own, "x")]).attributes == {"amount": 3}


@pytest.mark.parametrize("run", RUNS)
def test_every_captured_span_has_details_in_strict_json(run):
    spans = spans_of(run)

    for one in spans:
        json.dumps(details_as_json(span_details(one, spans)), allow_nan=False)
