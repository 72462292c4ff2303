"""The members of one session in a zip: their names are ours, what is in them the session's."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from observability.exports.archive import Archive, Member
from observability.exports.audio import Take, takes_of, write_takes
from observability.exports.notes import Notes, readme
from observability.exports.origin import origin_of
from observability.exports.records import (
    of_signal,
    write_chat_history,
    write_logs,
    write_metrics,
    write_traces,
)
from observability.exports.transcript import cues, text_lines
from observability.models import Session
from observability.queries.records import recordings_of, records_and_timeline_of
from observability.queries.session_fields import iso_of, session_fields
from observability.records import Record
from observability.sessions.summary import summary_of
from observability.timeline import as_json
from observability.timeline.model import Timeline
from observability.timeline.words import Signal

SCHEMA = "playhead.export/1"
NO_AUDIO_FOR_ASKER = "Whoever asked for this zip may not hear audio in this project."
WITHOUT_WORDS = (
    "Which tools were called and which agent took over is here, without what was said, arguments and results."
)
NOTHING_UPLOADED = "The agent has uploaded no chat history. The transcript is made of what else it sent."
OF_SIGNAL: tuple[tuple[str, str, Signal, Any], ...] = (
    ("traces.json", "span", "traces", write_traces),
    ("logs.jsonl", "log", "logs", write_logs),
    ("metrics.json", "metric", "metrics", write_metrics),
)


def write_session(
    archive: Archive, session: Session, *, folder: str, with_audio: bool, at: datetime
) -> list[Member]:
    """All members below `folder`. Raises NotYet while storage or spool cannot be read."""
    records, timeline = records_and_timeline_of(session)
    takes, notes = takes_of(session) if with_audio else [], Notes()
    if not takes:
        notes.left_out["recording.ogg"] = audio_reason(session, timeline, with_audio=with_audio)
    write_takes(archive, folder, takes, notes)
    write_transcript(archive, folder, timeline, notes)
    write_records(archive, folder, records, timeline, notes)
    write_json(archive, folder + "session.json", about(session, records, timeline, takes))
    return write_contents(archive, session, folder=folder, notes=notes, at=at)


def audio_reason(session: Session, timeline: Timeline, *, with_audio: bool) -> str:
    if not with_audio and recordings_of(session).exists():
        return NO_AUDIO_FOR_ASKER
    return timeline.completeness["audio"].reason


def write_transcript(archive: Archive, folder: str, timeline: Timeline, notes: Notes) -> None:
    told = timeline.completeness["transcript"]
    lines, words = list(text_lines(timeline)), list(cues(timeline))
    notes.left_out |= {
        name: told.reason for name, held in (("transcript.txt", lines), ("transcript.vtt", words)) if not held
    }
    if lines:
        write_lines(archive, folder, lines)
    if lines and told.state == "off":
        notes.remarks["transcript.txt"] = f"{told.reason} {WITHOUT_WORDS}"
    if words:
        write_subtitles(archive, folder, timeline, words)


def write_lines(archive: Archive, folder: str, lines: list[str]) -> None:
    with archive.member(folder + "transcript.txt") as out:
        for line in lines:
            out.write(line.encode() + b"\n")
            out.counted()


def write_subtitles(archive: Archive, folder: str, timeline: Timeline, words: list[str]) -> None:
    with archive.member(folder + "transcript.vtt") as out:
        out.write(vtt_head(timeline).encode())
        for cue in words:
            out.write(cue.encode())
            out.counted()


def vtt_head(timeline: Timeline) -> str:
    recording = timeline.recording
    if recording is None or not recording.start_ns:
        return "WEBVTT\n\n"
    begins_ms = (recording.start_ns - timeline.session.start_ns) / 1e6
    return (
        "WEBVTT\n\nNOTE\n"
        f"Times count from the session's start; the recording's 0 is at {begins_ms:.0f} ms of it.\n\n"
    )


def write_records(
    archive: Archive, folder: str, records: list[Record], timeline: Timeline, notes: Notes
) -> None:
    items = of_signal(records, "chat_item")
    if items:
        write_chat_history(archive, folder + "chat_history.json", items)
    else:
        told = timeline.completeness["transcript"]
        is_made_up_for = timeline.transcript and told.state != "off"
        notes.left_out["chat_history.json"] = NOTHING_UPLOADED if is_made_up_for else told.reason
    for name, kind, signal, write in OF_SIGNAL:
        found = of_signal(records, kind)
        if found:
            write(archive, folder + name, found)
        else:
            notes.left_out[name] = timeline.completeness[signal].reason or "None were received."


def about(session: Session, records: list[Record], timeline: Timeline, takes: list[Take]) -> dict[str, Any]:
    """Of the timeline what is not in another member."""
    whole = as_json(replace(timeline, transcript=(), spans=(), logs=(), speeches=(), states=()))
    told = ("session", "figures", "turns", "tools", "handoffs", "interruptions", "errors", "evaluations")
    return {
        "schema": SCHEMA,
        **session_fields(session, summary_of(timeline)),
        "recordings": [recording_facts(take) for take in takes],
        "recording_headers": of_signal(records, "recording_header"),
        "for_import": origin_of(session, records, has_audio=bool(takes)),
        "timeline": {name: whole[name] for name in (*told, "outcome", "tags", "usage", "report")},
    }


def recording_facts(take: Take) -> dict[str, Any]:
    recording = take.recording
    return {
        "file": take.name,
        "revision": recording.revision,
        "sha256": recording.sha256,
        "size_bytes": recording.size_bytes,
        "starts_at": iso_of(recording.start_ns or None),
        "start_ns": recording.start_ns or None,
        "duration_ms": recording.duration_ms,
        "channels": recording.channels,
        "problem": recording.problem,
        "received_at": recording.received_at.isoformat(),
    }


def write_contents(
    archive: Archive, session: Session, *, folder: str, notes: Notes, at: datetime
) -> list[Member]:
    """README and manifest, which name everything that was written before them."""
    names = [member.name.removeprefix(folder) for member in archive.members_below(folder)]
    page = readme(head_of(session, at), [*names, "README.txt", "manifest.json"], notes)
    with archive.member(folder + "README.txt") as out:
        out.write(page.encode())
    members = archive.members_below(folder)
    manifest = {
        "schema": SCHEMA,
        "session_id": str(session.public_id),
        "made_at": at.isoformat(),
        "cursor": session.cursor,
        "status": session.status,
        "members": [described(member, folder, notes) for member in members],
        "left_out": notes.left_out,
    }
    write_json(archive, folder + "manifest.json", manifest)
    return members


def head_of(session: Session, at: datetime) -> list[str]:
    """Ids only: what senders chose stands in session.json, where it is marked as such."""
    live = (
        ["The session was still running: this is what had arrived by then."]
        if session.status == "live"
        else []
    )
    began = (
        [
            f"It began at {(iso_of(session.started_ns) or '')[:19].replace('T', ' ')} UTC, by the agent's clock."
        ]
        if session.started_ns
        else []
    )
    return [
        f"Session {session.public_id}",
        *began,
        f"This zip was made at {at.strftime('%Y-%m-%d %H:%M:%S')} UTC.",
        *live,
    ]


def described(member: Member, folder: str, notes: Notes) -> dict[str, Any]:
    name = member.name.removeprefix(folder)
    told: dict[str, Any] = {"name": name, "size_bytes": member.size_bytes, "sha256": member.sha256}
    if member.count is not None:
        told["count"] = member.count
    if name in notes.remarks:
        told["remark"] = notes.remarks[name]
    return told


def write_json(archive: Archive, name: str, content: dict[str, Any]) -> None:
    with archive.member(name) as out:
        out.write(orjson.dumps(content, default=str, option=orjson.OPT_INDENT_2) + b"\n")
