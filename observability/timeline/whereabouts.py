"""At which turn and with which agent a moment lies."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from observability.timeline.dialogue import Turn
from observability.timeline.marks import AgentStretch, TimelineSpan


@dataclass(slots=True)
class Whereabouts:
    turns: Sequence[Turn]
    agents: Sequence[AgentStretch]
    turn_of_span: Mapping[str, int | None]
    turn_of_speech: Mapping[str, int | None]
    turns_from_ns: list[int] = field(init=False)
    agents_from_ns: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.turns_from_ns = [turn.start_ns for turn in self.turns]
        self.agents_from_ns = [stretch.start_ns for stretch in self.agents]

    def turn_at(self, ns: int) -> int | None:
        """The last turn that had begun, unless it was over."""
        place = bisect_right(self.turns_from_ns, ns) - 1
        return self.turns[place].index if place >= 0 and ns <= self.turns[place].end_ns else None

    def agent_at(self, ns: int) -> str:
        place = bisect_right(self.agents_from_ns, ns) - 1
        if place < 0:
            return self.agents[0].agent if self.agents else ""
        return self.agents[place].agent


def whereabouts(
    turns: Sequence[Turn],
    agents: Sequence[AgentStretch],
    spans: Sequence[TimelineSpan],
    turn_of_speech: Mapping[str, int | None],
) -> Whereabouts:
    return Whereabouts(turns, agents, {span.span_id: span.turn for span in spans}, turn_of_speech)
