"""Who was active when, from spans, activities and chat items that tell of one handoff each in its own way."""

from tests.timeline.sessions import at, built, item, span

RECEPTION, CONSENT = "receptionist", "ConsentTask"


def begins(start_ms, agent):
    return span("start_agent_activity", start_ms, start_ms + 5, attributes={"lk.agent_label": agent})


def handed_over(end_ms, previous, agent):
    told = {"lk.previous_agent_label": previous, "lk.agent_label": agent}
    return span("update_agent", end_ms - 100, end_ms, attributes=told)


def item_of_handoff(position, at_ms, agent):
    return item(position, type="agent_handoff", new_agent_id=agent, at_ms=at_ms)


def lane(timeline):
    return [(each.agent, (each.start_ns - at(0)) // 1_000_000) for each in timeline.agents]


def test_agent_that_is_back_soon_after_the_session_began_is_on_its_lane_again():
    spans = [
        begins(0, RECEPTION),
        handed_over(1000, RECEPTION, CONSENT),
        handed_over(8000, CONSENT, RECEPTION),
    ]
    items = [item_of_handoff(1, 950, CONSENT), item_of_handoff(2, 7950, RECEPTION)]

    for timeline in (built(*spans), built(*spans, *items)):
        assert lane(timeline) == [(RECEPTION, 0), (CONSENT, 1000), (RECEPTION, 8000)]
        assert [(each.old_agent, each.new_agent) for each in timeline.handoffs] == [
            (RECEPTION, CONSENT),
            (CONSENT, RECEPTION),
        ]


def test_agents_that_activities_alone_tell_of_may_come_back_as_soon():
    timeline = built(begins(0, RECEPTION), begins(1000, CONSENT), begins(8000, RECEPTION))

    assert lane(timeline) == [(RECEPTION, 0), (CONSENT, 1000), (RECEPTION, 8000)]


def test_item_that_tells_late_of_a_handoff_is_no_handoff_of_its_own():
    spans = [
        begins(0, RECEPTION),
        handed_over(1000, RECEPTION, CONSENT),
        handed_over(2000, CONSENT, "billing"),
    ]

    timeline = built(*spans, item_of_handoff(1, 2100, CONSENT))

    assert lane(timeline) == [(RECEPTION, 0), (CONSENT, 1000), ("billing", 2000)]
