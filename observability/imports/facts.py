"""What the zip of a session tells in session.json, taken only as far as it has the shape that Playhead writes."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from observability.imports.refusals import Unreadable
from observability.limits import MAX_RECORDING_HEADER_BYTES, MAX_SESSION_RECORDS
from observability.livekit.values import mapping, sequence
from observability.models import Session
from observability.recordings.storable import storable_header
from observability.records import HeaderRecord
from observability.sessions.ids import bounded_id

SCHEMA = "playhead.export/1"
SIGNALS = ("audio", "transcript", "traces", "logs")
PARTS = ("header", "chat_history", "audio")
MAX_HEADERS = 1_000
MAX_WORDS = 500
"""Of a sentence."""
MAX_COUNT = 2**31
MAX_NS = 2**62
"""The year 2116: a sum of two still fits the column."""
REASONS = ("audio", "transcript", "traces", "logs", "metrics", "recording", "redacted", "sanitised")
"""By which discarded records are counted."""
WITHOUT_AUDIO = "The zip that it was imported from was made without audio."
END_SIGNALS = {"agent_session", "session report", "recording", "job_shutdown", "job_entrypoint"}


@dataclass(frozen=True, slots=True)
class TakeFacts:
    """One revision of the recording."""

    file: str
    revision: int
    start_ns: int
    problem: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chat item stood."""

    position: int
    job_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class Facts:
    job_id: str
    room_id: str
    status: str
    """Never live: what is imported is all there is."""
    end_signal: str = ""
    ended_ns: int | None = None
    is_redacted: bool = False
    switched_off: tuple[str, ...] = ()
    discarded: dict[str, int] = field(default_factory=dict)
    part_problems: dict[str, str] = field(default_factory=dict)
    headers: tuple[HeaderRecord, ...] = ()
    chat_items: tuple[Place, ...] = ()
    """In the order of chat_history.json; empty in zips that do not tell."""
    takes: tuple[TakeFacts, ...] = ()
    """The oldest revision first."""


def facts_of(told: dict[str, Any]) -> Facts:
    """`told` is session.json. Raises Unreadable if it is none of Playhead's."""
    if told.get("schema") != SCHEMA:
        raise Unreadable("session.json is of another version of Playhead, or not Playhead's at all.")
    job_id = bounded_id(text(told, "job_id"))
    origin = mapping(told.get("for_import"))
    ended = told.get("status") == Session.Status.ENDED
    end_signal = text(told, "end_signal")
    return Facts(
        job_id=job_id,
        room_id=bounded_id(text(told, "room_id")),
        status=Session.Status.ENDED if ended else Session.Status.LOST,
        end_signal=end_signal if end_signal in END_SIGNALS else "",
        ended_ns=moment(origin.get("ended_ns")),
        is_redacted=told.get("is_redacted") is True,
        switched_off=tuple(name for name in SIGNALS if name in sequence(origin.get("switched_off"))),
        discarded=counts(mapping(origin.get("discarded"))),
        part_problems=problems_in(origin),
        headers=headers_in(sequence(told.get("recording_headers"))),
        chat_items=places_in(sequence(origin.get("chat_items")), job_id),
        takes=takes_in(sequence(told.get("recordings"))),
    )


def headers_in(told: Any) -> tuple[HeaderRecord, ...]:
    if len(told) > MAX_HEADERS:
        raise Unreadable(f"session.json tells of more than {MAX_HEADERS} recording headers.")
    return tuple(header_of(mapping(each)) for each in told)


def header_of(told: Any) -> HeaderRecord:
    """As `livekit.header.header_record` makes it of an upload."""
    header: HeaderRecord = {
        "signal": "recording_header",
        "job_id": text(told, "job_id"),
        "room_id": text(told, "room_id"),
        "start_ns": moment(told.get("start_ns")) or 0,
    }
    if duration_ms := number(told.get("duration_ms")):
        header["duration_ms"] = duration_ms
    if told.get("simulated") is True:
        header["simulated"] = True
    if told.get("redaction_enabled") is True:
        header["redaction_enabled"] = True
    if summary := text(told, "session_summary"):
        header["session_summary"] = summary
    if room_name := text(told, "room_name"):
        header["room_name"] = room_name
    if tags := {
        str(key): value for key, value in mapping(told.get("room_tags")).items() if isinstance(value, str)
    }:
        header["room_tags"] = tags
    if "room_start_ns" in told:
        header["room_start_ns"] = moment(told["room_start_ns"]) or 0
    if len(orjson.dumps(header)) > MAX_RECORDING_HEADER_BYTES:
        raise Unreadable(
            f"session.json tells of a recording header of more than {MAX_RECORDING_HEADER_BYTES} bytes."
        )
    return storable_header(header)


def places_in(told: Any, job_id: str) -> tuple[Place, ...]:
    places = []
    for each in told:
        match each:
            case [int(position), str(of_job), str(room_id)] if 0 <= position <= MAX_SESSION_RECORDS:
                places.append(Place(position, of_job and job_id, bounded_id(room_id)))
            case _:
                raise Unreadable("session.json does not tell where its chat items stood.")
    return tuple(places)


def takes_in(told: Any) -> tuple[TakeFacts, ...]:
    facts = [
        TakeFacts(
            text(each, "file"),
            number(each.get("revision")) or 0,
            moment(each.get("start_ns")) or 0,
            text(each, "problem")[:200],
        )
        for each in map(mapping, told)
    ]
    return tuple(sorted(facts, key=lambda take: take.revision))


def text(told: Any, name: str) -> str:
    found = told.get(name)
    return found if isinstance(found, str) else ""


def number(told: Any) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < MAX_NS else None


def moment(told: Any) -> int | None:
    return number(told) or None


def counts(told: Any) -> dict[str, int]:
    found = {name: number(told.get(name)) or 0 for name in REASONS}
    return {name: count for name, count in found.items() if 0 < count < MAX_COUNT}


def problems_in(origin: Any) -> dict[str, str]:
    told = mapping(origin.get("part_problems"))
    problems = {name: told[name][:MAX_WORDS] for name in PARTS if isinstance(told.get(name), str)}
    return problems | ({"audio": WITHOUT_AUDIO} if origin.get("audio_left_out") is True else {})
