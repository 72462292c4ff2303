"""One walk over values that copies only what it changes; what goes and what is rewritten is a `Treatment`."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from observability.livekit.privacy.names import Kind, is_verbatim, kind_of
from observability.livekit.values import snake_case
from observability.records import Value

HIDDEN = "[redacted]"
HIDDEN_BYTES = "[bytes]"
HIDDEN_NUMBER = "[number]"
REDACTED_EXCEPTION = "exception details redacted"
"""LiveKit's own words for it (docs/contract.md §13)."""

MAX_DEPTH = 100
"""Deeper values are hidden: ingest admits no more levels, and Python's stack is finite."""

MARKED = re.compile(r"\.pii(?=[.\"'\\])|(?<=[\"'])pii(?=[.\"'\\])", re.IGNORECASE)
"""A name with a `pii` segment somewhere in a text that should be JSON."""

SHORTEST_LONG_NUMBER = 10**6
TIMES = tuple((1_400_000_000 * unit, 2_300_000_000 * unit) for unit in (1, 10**3, 10**6, 10**9))
"""Unix times of 2014 to 2042 in seconds, milliseconds, microseconds and nanoseconds: clocks, not people."""

DROPPED: Any = object()


class Repeats(ValueError):
    """A JSON object names a key twice; reading it would hide one of the values."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What happens to the values of a record. Without `text` the rest is only searched for names."""

    drops: frozenset[Kind]
    names: frozenset[str] = field(default_factory=frozenset)
    """Names in snake_case that are content here, though not everywhere."""
    text: Callable[[str], str] | None = None
    hides_numbers: bool = False
    reads_all_json: bool = False
    """Also where nothing is to be scrubbed and no `pii` name shows from outside."""

    @property
    def of_names_only(self) -> "Treatment":
        return Treatment(self.drops, self.names)

    def drops_name(self, name: str) -> bool:
        return kind_of(name) in self.drops or (bool(self.names) and snake_case(name) in self.names)


def treated(value: Value, treatment: Treatment, depth: int = 0) -> Value:
    """The value after treatment; the very same object if nothing in it had to change."""
    if isinstance(value, str):
        return treated_text(value, treatment, depth)
    if isinstance(value, dict):
        return _treated_object(value, treatment, depth) if depth < MAX_DEPTH else HIDDEN
    if isinstance(value, list):
        return _treated_list(value, treatment, depth) if depth < MAX_DEPTH else HIDDEN
    return HIDDEN_NUMBER if treatment.hides_numbers and is_long_number(value) else value


def treated_mapping(named: Mapping[str, Value], treatment: Treatment, depth: int = 0) -> Mapping[str, Value]:
    changed = False
    result: dict[str, Value] = {}
    for name, value in named.items():
        new = treated_under(name, value, treatment, depth)
        changed = changed or new is not value
        if new is not DROPPED:
            result[name] = new
    return result if changed else named


def treated_under(name: str, value: Value, treatment: Treatment, depth: int = 0) -> Value:
    """The treated value of a field, or `DROPPED` if nothing of it may stay."""
    if treatment.drops_name(name):
        return DROPPED
    if treatment.text is None:
        return treated(value, treatment, depth + 1)
    kind = kind_of(name)
    if kind == "personal":
        return value if value is None or isinstance(value, bool) or value in ("", HIDDEN) else HIDDEN
    if kind == "exception":
        return _without_details(value, treatment, depth)
    if is_verbatim(name):
        return treated(value, treatment.of_names_only, depth + 1)
    return treated(value, treatment, depth + 1)


def treated_text(value: str, treatment: Treatment, depth: int = 0) -> str:
    """A text, or JSON in a text: treated as what it says, and written anew only if something changed."""
    if not _may_be_json(value, treatment):
        return treatment.text(value) if treatment.text else value
    try:
        said = json.loads(value, object_pairs_hook=_without_repeats)
        new = treated(said, treatment, depth + 1)
        return value if new is said else json.dumps(new)
    except (Repeats, RecursionError):
        return HIDDEN
    except ValueError:
        return HIDDEN if MARKED.search(value) else _scrubbed_or_same(value, treatment)


def is_long_number(value: Value) -> bool:
    """Seven digits or more, as telephone and account numbers have, and no plausible time."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value % 1 != 0:
        return False
    size = abs(value)
    return size >= SHORTEST_LONG_NUMBER and not any(first <= size < last for first, last in TIMES)


def _treated_object(value: dict[str, Value], treatment: Treatment, depth: int) -> Value:
    if len(value) == 1:
        if "$bytes" in value:
            return HIDDEN_BYTES if treatment.text else value
        if "$double" in value:
            return value
        if isinstance(value.get("$kvlist"), list):
            pairs = treated_pairs(value["$kvlist"], treatment, depth)
            return value if pairs is value["$kvlist"] else {"$kvlist": pairs}
    return treated_mapping(value, treatment, depth)


def treated_pairs(pairs: list[Any], treatment: Treatment, depth: int = 0) -> list[Any]:
    """The pairs of a kvlist or of `repeated`; anything that is no pair is treated as a plain value."""
    kept = []
    for pair in pairs:
        new = _treated_pair(pair, treatment, depth)
        if new is not DROPPED:
            kept.append(new)
    return kept if differs(kept, pairs) else pairs


def _treated_pair(pair: Any, treatment: Treatment, depth: int) -> Any:
    match pair:
        case [str(name), value]:
            new = treated_under(name, value, treatment, depth)
            if new is value or new is DROPPED:
                return pair if new is value else DROPPED
            return (name, new) if isinstance(pair, tuple) else [name, new]
        case _:
            return treated(list(pair) if isinstance(pair, tuple) else pair, treatment, depth + 1)


def _treated_list(values: list[Value], treatment: Treatment, depth: int) -> list[Value]:
    result = [treated(value, treatment, depth + 1) for value in values]
    return result if differs(result, values) else values


def differs(new: list[Any], old: list[Any]) -> bool:
    return len(new) != len(old) or any(a is not b for a, b in zip(new, old, strict=True))


def _without_details(value: Value, treatment: Treatment, depth: int) -> Value:
    """An exception keeps its type: as a text it goes whole, as an object it loses message and stack."""
    said = _parsed_object(value) if isinstance(value, str) else value
    if not isinstance(said, dict) or depth >= MAX_DEPTH:
        return value if not value or isinstance(value, (bool, int, float)) else REDACTED_EXCEPTION
    others = {name: item for name, item in said.items() if name != "message"}
    rest = treated_mapping(others, treatment, depth + 1)
    new = {**rest, "message": REDACTED_EXCEPTION} if "message" in said else dict(rest)
    if new == said:
        return value
    return json.dumps(new) if isinstance(value, str) else new


def _parsed_object(value: str) -> Value:
    try:
        return json.loads(value, object_pairs_hook=_without_repeats) if value.startswith("{") else value
    except (ValueError, RecursionError):
        return value


def _may_be_json(value: str, treatment: Treatment) -> bool:
    head = value[:64].lstrip()[:1]
    reads_all = treatment.text is not None or treatment.reads_all_json
    return head in ("{", "[", '"') and (reads_all or MARKED.search(value) is not None)


def _scrubbed_or_same(value: str, treatment: Treatment) -> str:
    return treatment.text(value) if treatment.text else value


def _without_repeats(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise Repeats
    return named
