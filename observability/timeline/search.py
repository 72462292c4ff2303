"""Finding words in a session: plain text, in any case, over whatever is handed in. What that is: `searchable`."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from observability.timeline.passages import Passage, texts_of

Kind = Literal["words", "span", "log"]
KINDS: tuple[Kind, ...] = ("words", "span", "log")
"""Of several hits at the same moment the words come first."""
MOMENT_MS = 10
"""As finely as the page tells times."""

BEFORE_CHARS, AFTER_CHARS = 20, 120
"""Of the text around what was found, which has to be in sight in a line of some forty characters."""


@dataclass(frozen=True, slots=True)
class Searchable:
    """One thing on the page that a search leads to."""

    kind: Kind
    key: str
    """What the page knows it by: the transcript line's key, `<trace id>-<span id>`, the log line's key."""
    at_ms: float
    """Since the session began."""
    turn: int | None
    title: str
    passages: Iterable[Passage]
    """What counts most comes first: of several that match, it is the first that is told."""
    ids: tuple[str, ...] = ()
    """Found by the whole of them only: a part of one may look like a word."""


@dataclass(frozen=True, slots=True)
class Hit:
    kind: Kind
    key: str
    at_ms: float
    turn: int | None
    title: str
    place: str
    """Name of the attribute or part that holds it; "" for what is the thing itself."""
    excerpt: str


@dataclass(frozen=True, slots=True)
class Found:
    hits: tuple[Hit, ...]
    """By time; the first ones if there are more than were asked for."""
    totals: Mapping[Kind, int]
    """Of every kind, also of those that were not asked for."""


def search(things: Iterable[Searchable], needle: str, *, most: int, kinds: Collection[Kind] = KINDS) -> Found:
    """Everything that holds `needle`, which is in lower case; each thing once.

    Things are looked at in the order given, which decides who counts as the first to say what others repeat.
    """
    told: dict[Kind, set[str]] = {kind: set() for kind in KINDS}
    found = [(thing, *match) for thing in things if (match := match_in(thing, needle, told[thing.kind]))]
    totals = Counter(thing.kind for thing, _place, _text in found)
    chosen = sorted(
        (match for match in found if match[0].kind in kinds), key=lambda match: order_of(match[0])
    )
    hits = tuple(hit_of(thing, place, excerpt(text, needle)) for thing, place, text in chosen[:most])
    return Found(hits, {kind: totals[kind] for kind in KINDS})


def match_in(thing: Searchable, needle: str, told: set[str]) -> tuple[str, str] | None:
    """The first passage that says it, as its place and its text.

    All repeated passages are read even so: what the thing repeats of itself is no news in the next one.
    """
    if needle in thing.ids:
        return "id", needle
    first = None
    for passage in thing.passages:
        if first is None or passage.is_repeated:
            text = news_in(passage, needle, told)
            first = first or (None if text is None else (passage.place, text))
    return first


def news_in(passage: Passage, needle: str, told: set[str]) -> str | None:
    """The first text that holds it; of what is repeated from thing to thing, the first that was not told before."""
    texts = texts_of(passage.value, needle, is_conversation=passage.is_conversation)
    matching = (text for text in texts if needle in text.lower())
    if not passage.is_repeated:
        return next(matching, None)
    news = [text for text in matching if text not in told]
    told.update(news)
    return news[0] if news else None


def order_of(thing: Searchable) -> tuple[float, int, float]:
    return thing.at_ms // MOMENT_MS, KINDS.index(thing.kind), thing.at_ms


def hit_of(thing: Searchable, place: str, found: str) -> Hit:
    return Hit(thing.kind, thing.key, thing.at_ms, thing.turn, thing.title, place, found)


def excerpt(text: str, needle: str) -> str:
    """The words around the first place, in one line."""
    match = re.search(re.escape(needle), text, re.IGNORECASE)
    start, end = match.span() if match else (0, 0)
    shown_from, shown_to = max(0, start - BEFORE_CHARS), end + AFTER_CHARS
    line = " ".join(text[shown_from:shown_to].split())
    return f"{'…' if shown_from else ''}{line}{'…' if shown_to < len(text) else ''}"
