import pytest

from observability.timeline.words import Lane
from tests.timeline.sessions import built, child, span


def test_spans_are_a_forest_depth_first_with_siblings_by_start():
    root = span("agent_session", 0, 100)
    late, early = child(root, "agent_turn", 50, 90), child(root, "user_turn", 10, 40)
    inner = child(early, "user_speaking", 10, 30)
    orphan = span("llm_node", 5, 8, parent_span_id="f" * 16)

    spans = built(inner, late, orphan, root, early).spans

    assert [(s.name, s.depth, s.parent_known) for s in spans] == [
        ("agent_session", 0, False),
        ("user_turn", 1, True),
        ("user_speaking", 2, True),
        ("agent_turn", 1, True),
        ("llm_node", 0, False),
    ]


def test_self_time_leaves_out_what_children_cover_even_where_they_overlap():
    root = span("agent_turn", 0, 100)
    children = [child(root, "llm_node", 10, 40), child(root, "tts_node", 30, 60), child(root, "x", 90, 200)]

    assert built(root, *children).spans[0].self_ms == 40.0


def test_spans_that_are_one_anothers_parent_are_all_there():
    one, two = span("a", 0, 1), span("b", 0, 1)
    one["parent_span_id"], two["parent_span_id"] = two["span_id"], one["span_id"]
    own = span("c", 0, 1)
    own["parent_span_id"] = own["span_id"]

    assert sorted(s.name for s in built(one, two, own).spans) == ["a", "b", "c"]


def test_chain_of_ten_thousand_spans_is_built():
    chain = [span("x", 0, 1)]
    for _ in range(10_000):
        chain.append(child(chain[-1], "x", 0, 1))

    assert built(*chain).spans[-1].depth == 500


@pytest.mark.parametrize(
    ("name", "lane"),
    [
        ("llm_request_run", Lane.LLM),
        ("tts_fallback_adapter", Lane.TTS),
        ("update_agent", Lane.AGENT),
        ("event_loop_blocked", Lane.STALLS),
        ("GET /rooms", Lane.OTHER),
    ],
)
def test_span_is_drawn_in_its_lane_and_unknown_ones_in_other(name, lane):
    assert built(span(name)).spans[0].lane is lane


def test_everything_below_a_turns_spans_belongs_to_the_turn():
    said = span("user_turn", 0, 9, attributes={"lk.user_transcript": "Hi"})
    answer = span("agent_turn", 10, 90, attributes={"lk.e2e_latency": 0.1, "lk.speech_id": "a"})
    node = child(answer, "llm_node", 11, 20)

    timeline = built(said, answer, node, child(node, "llm_request", 11, 20), span("job_shutdown", 95, 99))

    assert {s.name: s.turn for s in timeline.spans} == {
        "user_turn": 1,
        "agent_turn": 1,
        "llm_node": 1,
        "llm_request": 1,
        "job_shutdown": None,
    }


def test_span_that_ends_before_it_began_lasts_nothing():
    drawn = built(span("x", 10, 5)).spans[0]

    assert (drawn.end_ns - drawn.start_ns, drawn.self_ms) == (0, 0)
