"""When agent and caller listened, thought and spoke: events of the session (docs/contract.md §6.2)."""

from collections.abc import Iterator

from observability.demo.pace import ms
from observability.demo.plan import Answer, Plan
from observability.demo.tree import Event

LISTENING, THINKING, SPEAKING = "listening", "thinking", "speaking"


def state_events(plan: Plan) -> list[Event]:
    agent = [
        (plan.at.listening_ns, LISTENING),
        *(change for one in plan.answers for change in _of_agent(one)),
    ]
    spoken = plan.caller_utterances
    caller = [change for one in spoken for change in ((one.start_ns, SPEAKING), (one.end_ns, LISTENING))]
    events = [
        *_changes("agent_state_changed", "initializing", sorted(agent)),
        *_changes("user_state_changed", LISTENING, sorted(caller)),
    ]
    return sorted(events, key=lambda event: event.at_ns)


def _of_agent(answer: Answer) -> Iterator[tuple[int, str]]:
    yield answer.caller.committed_ns + ms(0.5) if answer.caller else answer.start_ns, THINKING
    for step in answer.steps:
        if step.synthesis:
            yield step.synthesis.utterance.start_ns, SPEAKING
            yield step.synthesis.utterance.end_ns, THINKING
    yield answer.end_ns, LISTENING


def _changes(name: str, state: str, changes: list[tuple[int, str]]) -> Iterator[Event]:
    """Thinking that begins and ends within a millisecond is none: the answer was over."""
    for place, (at_ns, new) in enumerate(changes):
        over_ns = changes[place + 1][0] if place + 1 < len(changes) else at_ns + ms(2)
        if new != state and not (new == THINKING and over_ns - at_ns < ms(1)):
            yield Event(name, at_ns, {"lk.old_state": state, "lk.new_state": new})
            state = new
