"""What a list of sessions may be asked for in its address: one reading for pages and API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode

from django.utils.dateparse import parse_date, parse_datetime

from observability.models import Session
from observability.queries.session_order import NEWEST, ORDERS
from observability.timeline.said import MAX_WORDS_ASKED, has_too_many_words

Value = str | int | datetime | timedelta
Reader = Callable[[str, tzinfo], Value]

MAX_TEXT = 10_000
"""More than servers take in an address."""
MAX_DIGITS = 9
MAX_SHOWN = 40
"""Characters of what was asked for, where it is told that it cannot be."""
WITHIN = {
    "1h": ("last hour", timedelta(hours=1)),
    "24h": ("last 24 hours", timedelta(days=1)),
    "7d": ("last 7 days", timedelta(days=7)),
    "30d": ("last 30 days", timedelta(days=30)),
}
YES_OR_NO = {"yes": "yes", "no": "no"}


class BadFilter(Exception):
    """Not what this filter takes; its text says what it takes."""


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    """In the address."""
    label: str
    means: str
    """For the API's documentation."""
    read: Reader
    """Of the text in the address and the reader's time zone. Raises BadFilter."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """The words that it takes, and how people are told them; empty if it takes others."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. What cannot be understood is left out, and told."""

    texts: Mapping[str, str]
    """As given, by the filter's name; only those that are set and were understood."""
    values: Mapping[str, Value]
    sort: str = ""
    """Empty for the newest first."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """A sentence by the name of what could not be understood."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """As given, by the same names."""

    @property
    def is_newest_first(self) -> bool:
        return self.sort in ("", NEWEST)

    def without(self, name: str) -> "Asked":
        texts = {each: text for each, text in self.texts.items() if each != name}
        values = {each: value for each, value in self.values.items() if each != name}
        return Asked(texts, values, self.sort)

    def as_query(self, **more: str) -> str:
        named = {**self.texts, "sort": self.sort, **more}
        return urlencode({name: text for name, text in named.items() if text})


def read_filters(given: Mapping[str, str], zone: tzinfo) -> Asked:
    """`zone` is that of days and times without one."""
    texts = {each.name: given.get(each.name, "").replace("\x00", "").strip() for each in FILTERS}
    sort = given.get("sort", "").replace("\x00", "")
    values: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for each in FILTERS:
        try:
            if texts[each.name]:
                values[each.name] = each.read(texts[each.name], zone)
        except BadFilter as problem:
            problems[each.name] = said_of(each.name, problem, texts[each.name])
    if sort and sort not in ORDERS:
        problems["sort"] = said_of("sort", one_of(ORDERS), sort)
    return Asked(
        texts={name: texts[name] for name in values},
        values=values,
        sort="" if "sort" in problems else sort,
        problems=problems,
        left_out={name: {**texts, "sort": sort}[name] for name in problems},
    )


def said_of(name: str, takes: object, given: str) -> str:
    shown = given if len(given) <= MAX_SHOWN else f"{given[:MAX_SHOWN]}…"
    return f"{name} is {takes}, not “{shown}”."


def read_text(text: str, _: tzinfo) -> str:
    if len(text) > MAX_TEXT:
        raise BadFilter(f"at most {MAX_TEXT} characters long")
    return text


def read_words(text: str, zone: tzinfo) -> str:
    """Whoever is found holds all of them, so none may be passed over."""
    if has_too_many_words(read_text(text, zone)):
        raise BadFilter(f"at most {MAX_WORDS_ASKED} different words")
    return text


def read_ms(text: str, _: tzinfo) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise BadFilter("a whole number of milliseconds, such as 1500")
    return int(text)


def read_first_moment(text: str, zone: tzinfo) -> datetime:
    return moment_of(text, zone, day_starts=0)


def read_last_moment(text: str, zone: tzinfo) -> datetime:
    """A day is meant as a whole."""
    return moment_of(text, zone, day_starts=1)


def moment_of(text: str, zone: tzinfo, *, day_starts: int) -> datetime:
    """In UTC, which databases compare; a few hours at either end of the calendar are not there."""
    try:
        day = parse_date(text)
        at = start_of(day + timedelta(days=day_starts), zone) if day else parse_datetime(text)
        if at is not None:
            return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadFilter("a day or a time, such as 2026-11-28 or 2026-11-28T14:30:00Z")


def start_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def read_within(text: str, zone: tzinfo) -> timedelta:
    return WITHIN[one(text, WITHIN)][1]


def choice_of(choices: Mapping[str, str]) -> Reader:
    return lambda text, _: one(text, choices)


def one(text: str, known: Mapping[str, object]) -> str:
    if text not in known:
        raise BadFilter(one_of(known))
    return text


def one_of(known: Mapping[str, object]) -> str:
    return f"one of {', '.join(known)}"


def chosen(name: str, label: str, means: str, choices: Mapping[str, str]) -> Filter:
    return Filter(name, label, means, choice_of(choices), choices)


def named(name: str, label: str, means: str) -> Filter:
    return Filter(name, label, means, read_text)


STATUSES = {str(value): str(label) for value, label in Session.Status.choices}
FILTERS = (
    Filter("search", "Search", "In names and ids as `text`, or said as `q`.", read_words),
    named(
        "text", "Names and ids", "In the names of room and agent, in ids, or in the participant's identity."
    ),
    Filter(
        "q",
        "Said",
        f"All of these words, at most {MAX_WORDS_ASKED}, in one line of the transcript, each at least begun. "
        "Sessions are found by it soon after they have ended.",
        read_words,
    ),
    Filter(
        "within",
        "Received",
        "First received within this time before now.",
        read_within,
        {name: label for name, (label, _) in WITHIN.items()},
    ),
    Filter(
        "from",
        "Received from",
        "First received then or later: a day or a time, in `time_zone` if it names no zone.",
        read_first_moment,
    ),
    Filter("to", "Received to", "First received before then; a day counts as a whole.", read_last_moment),
    chosen("status", "Status", "", STATUSES),
    named("agent", "Agent", "Name of the agent."),
    named("room", "Room", "Name or id of the room."),
    named("participant", "Participant", "Identity of the participant."),
    named("outcome", "Outcome", "What the session was judged, such as success or fail."),
    named("tag", "Tag", "One of the session's tags."),
    named("tool", "Tool", "Name of a tool that was called."),
    named("model", "Model", "Name of a model that was used."),
    named("sdk", "SDK version", "Such as 1.8.9."),
    Filter("slow", "Slower than", "An answer took longer than so many milliseconds.", read_ms),
    chosen("errors", "Errors", "Whether anything went wrong.", YES_OR_NO),
    named(
        "error",
        "Error",
        "Its kind and, after a colon, the exception's class: `llm:APIError`, or `llm` alone.",
    ),
    named("failed_tool", "Failed tool", "Name of a tool of which a call failed."),
    named("evaluation", "Evaluation", "What was evaluated and, after a colon, its verdict: `accuracy:fail`."),
    chosen("interrupted", "Cut off", "Whether an answer was cut off.", YES_OR_NO),
    chosen("unanswered", "No answer", "Whether a turn failed or was not answered.", YES_OR_NO),
    chosen("preempted", "Preempted", "Whether an answer was prepared and thrown away.", YES_OR_NO),
    chosen("audio", "Audio", "Whether there is a recording.", YES_OR_NO),
    chosen("imported", "Imported", "Whether it came in a file instead of from its agent.", YES_OR_NO),
    chosen("counted", "In Insights", "Whether Insights counts it: it is over and processed.", YES_OR_NO),
    chosen(
        "simulated",
        "Simulated",
        "Simulated sessions are left out unless they are asked for.",
        {"yes": "only", "any": "shown too"},
    ),
)
