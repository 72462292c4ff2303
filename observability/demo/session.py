"""A planned session with what follows from it: history, turns as spans, and what was measured on them."""

from dataclasses import dataclass

from observability.demo.agent_spans import agent_turn
from observability.demo.caller_spans import caller_turn
from observability.demo.chat import History, history_of
from observability.demo.measures import Measure, measures_of
from observability.demo.plan import Plan
from observability.demo.schedule import planned
from observability.demo.script import Script
from observability.demo.tree import Span


@dataclass(frozen=True, slots=True)
class Session:
    plan: Plan
    history: History
    turns: tuple[Span, ...]
    measures: tuple[Measure, ...]


def session_of(script: Script, started_ns: int) -> Session:
    plan = planned(script, started_ns)
    history = history_of(plan)
    turns = []
    for answer in plan.answers:
        if answer.caller:
            turns.append(caller_turn(plan, answer, answer.caller, history))
        turns.append(agent_turn(answer, history))
    return Session(plan, history, tuple(turns), tuple(measures_of(plan, turns)))
