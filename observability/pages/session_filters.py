"""The filters of the list as the page shows them: fields to fill, chips of what is set, and what stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observability.queries.session_filters import FILTERS, Asked, Filter
from observability.queries.session_order import ORDERS

FILTERS_FORM = "session-filters"
IN_THE_BAR = ("status", "agent", "within")
BY_NAME = {each.name: each for each in FILTERS}
KINDS_OF_FIELD = {"from": "date", "to": "date", "slow": "number"}
COLUMNS = {
    "duration": "Duration",
    "started": "Started",
    "turns": "Turns",
    "answers": "Answer after, per turn",
    "median": "Median",
    "marks": "Tools · cuts · errors",
    "received": "Received",
    "outcome": "Outcome",
    "tags": "Tags",
}
NUMBERS = {"duration", "turns", "median"}


@dataclass(frozen=True, slots=True)
class Field:
    """Of the form: a choice if it has choices, else a text with suggestions."""

    name: str
    label: str
    value: str
    choices: Sequence[tuple[str, str]]
    suggestions: Sequence[str]
    kind: str
    """Of the input: text, number or date."""


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    value: str
    query_without: str


def fields_of(asked: Asked, suggestions: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    fields = [field_of(each, asked, suggestions.get(each.name, ())) for each in FILTERS]
    return {
        "search": asked.texts.get("search", ""),
        "bar": [field for field in fields if field.name in IN_THE_BAR],
        "more": [field for field in fields if field.name not in (*IN_THE_BAR, "search")],
        "orders": [(name, order.label) for name, order in ORDERS.items()],
    }


def field_of(each: Filter, asked: Asked, suggestions: Sequence[str]) -> Field:
    text = asked.texts.get(each.name, "")
    # A time to the minute is no value of a date's field, and would be lost with the next change of another filter.
    kind = KINDS_OF_FIELD.get(each.name, "text")
    kind = "text" if kind == "date" and text and not is_day(text) else kind
    return Field(each.name, each.label, text, [*each.choices.items()], suggestions, kind)


def is_day(text: str) -> bool:
    return len(text) == len("2026-11-28")


def chips_of(asked: Asked) -> list[Chip]:
    return [
        Chip(BY_NAME[name].label, told(BY_NAME[name], text), asked.without(name).as_query())
        for name, text in asked.texts.items()
    ]


def told(each: Filter, text: str) -> str:
    return f"{text} ms" if each.name == "slow" else each.choices.get(text, text)


def loosen_of(asked: Asked, names: Sequence[str]) -> list[Chip]:
    """Each a way out of an empty list."""
    return [
        Chip(BY_NAME["simulated"].label, "left out", asked.as_query(simulated="any"))
        if name not in asked.texts or name == "simulated"
        else Chip(BY_NAME[name].label, told(BY_NAME[name], asked.texts[name]), asked.without(name).as_query())
        for name in names
    ]


def headings_of() -> list[tuple[str, str, bool]]:
    """Name, heading and whether it holds numbers, of each column that may be left out."""
    return [(name, heading, name in NUMBERS) for name, heading in COLUMNS.items()]
