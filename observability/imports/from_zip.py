"""Sessions in a zip that Playhead has made: every file is compared with manifest.json before anything is kept."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import IO, Any
from uuid import UUID

from observability.imports.bundle import JOB_PREFIX, Bundle, Take
from observability.imports.facts import SCHEMA, Facts, TakeFacts, facts_of
from observability.imports.json_text import object_in
from observability.imports.refusals import TooMuch, Unreadable
from observability.imports.telemetry import Part
from observability.imports.zip_members import Members
from observability.limits import MAX_CHAT_HISTORY_BYTES, MAX_EXPORT_SESSIONS, MAX_RECORDING_BYTES
from observability.livekit.values import mapping, sequence
from observability.otlp.shape import Signal

MANIFEST, SESSION, CHAT_HISTORY = "manifest.json", "session.json", "chat_history.json"
MAX_MANIFEST_BYTES = 1024 * 1024
"""A line of 200 bytes for each file of one session."""
PIECE_BYTES = 256 * 1024
OTLP: dict[str, Signal] = {"traces.json": "traces", "logs.jsonl": "logs", "metrics.json": "metrics"}
NOT_OURS = "The zip has no manifest.json: it is not one that “Download data” made."


def bundles_in(members: Members, *, name: str) -> list[Bundle]:
    """One for each session. `name` is the zip's. Raises Unreadable or TooMuch."""
    if not members.folders:
        raise Unreadable(f"{name}: {NOT_OURS}")
    if len(members.folders) > MAX_EXPORT_SESSIONS:
        raise TooMuch(f"{name} holds more than {MAX_EXPORT_SESSIONS} sessions (MAX_EXPORT_SESSIONS).")
    told_bytes = sum(
        members.size_of(folder, SESSION) for folder in members.folders if SESSION in members.names_in(folder)
    )
    if told_bytes > MAX_CHAT_HISTORY_BYTES:
        raise TooMuch(f"{name}: its session.json are larger than {MAX_CHAT_HISTORY_BYTES} bytes in all.")
    digests = {folder: verified(members, folder) for folder in members.folders}
    return [bundle_of(members, folder, digests[folder], name=name) for folder in members.folders]


def verified(members: Members, folder: str) -> dict[str, str]:
    """SHA-256 by name of the file. Raises Unreadable at the first file that is not as the manifest tells."""
    names = set(members.names_in(folder))
    if MANIFEST not in names:
        raise Unreadable(NOT_OURS)
    told = manifest_in(members, folder)
    for name in sorted(names - {MANIFEST}):
        if name not in told:
            raise Unreadable(f"{folder}{name} is not in manifest.json, so it was added later.")
        if digest_of(members, folder, name) != told[name]:
            raise Unreadable(
                f"{folder}{name} is not what manifest.json tells (SHA-256): it was changed, or damaged on its way. "
                "Download the zip again."
            )
    missing = sorted(name for name in told.keys() - names if is_taken(name))
    if missing or SESSION not in names:
        raise Unreadable(f"{folder}{(missing or [SESSION])[0]} is missing from the zip. Download it again.")
    return told


def is_taken(name: str) -> bool:
    return name in OTLP or name in {SESSION, CHAT_HISTORY} or name.startswith("recording")


def manifest_in(members: Members, folder: str) -> dict[str, str]:
    """SHA-256 by name of the file."""
    with members.open(folder, MANIFEST) as file:
        manifest = object_in(file, name=MANIFEST, max_bytes=MAX_MANIFEST_BYTES)
    if manifest.get("schema") != SCHEMA:
        raise Unreadable("manifest.json is of another version of Playhead, or not Playhead's at all.")
    listed = map(mapping, sequence(manifest.get("members")))
    return {str(member.get("name")): str(member.get("sha256")) for member in listed}


def digest_of(members: Members, folder: str, name: str) -> str:
    digest = hashlib.sha256()
    with members.open(folder, name) as file:
        for piece in pieces_of(file):
            digest.update(piece)
    return digest.hexdigest()


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece


def bundle_of(members: Members, folder: str, digests: dict[str, str], *, name: str) -> Bundle:
    with members.open(folder, SESSION) as file:
        told = object_in(file, name=SESSION, max_bytes=MAX_CHAT_HISTORY_BYTES)
    names = members.names_in(folder)
    facts, session_id = facts_of(told), id_in(told)
    had_no_job = not facts.job_id
    if had_no_job:
        facts = replace(facts, job_id=f"{JOB_PREFIX}{session_id}")
    return Bundle(
        name=f"{name}, {folder.rstrip('/')}" if folder else name,
        facts=facts,
        parts=[
            Part(f"{folder}{each}", signal, partial(members.open, folder, each))
            for each, signal in OTLP.items()
            if each in names
        ],
        chat_history=partial(members.open, folder, CHAT_HISTORY) if CHAT_HISTORY in names else None,
        takes=[replace(take, sha256=digests[take.name]) for take in takes_of(members, folder, facts)],
        session_id=session_id,
        had_no_job=had_no_job,
        is_export=True,
    )


def id_in(told: dict[str, Any]) -> str:
    """Raises Unreadable."""
    try:
        return str(UUID(told.get("id")))
    except (TypeError, ValueError, AttributeError) as fault:
        raise Unreadable("session.json does not tell the session's id.") from fault


def takes_of(members: Members, folder: str, facts: Facts) -> list[Take]:
    """In the order of their revisions, so that the newest stays the newest; a file that is not told of comes first."""
    told = {take.file: take for take in facts.takes}
    names = [name for name in members.names_in(folder) if name.startswith("recording")]
    takes = [take_of(members, folder, told.get(name, TakeFacts(name, 0, 0, ""))) for name in names]
    order = {take.file: place for place, take in enumerate(facts.takes)}
    return sorted(takes, key=lambda take: order.get(take.name, -1))


def take_of(members: Members, folder: str, told: TakeFacts) -> Take:
    size_bytes = members.size_of(folder, told.file)
    if size_bytes > MAX_RECORDING_BYTES:
        raise TooMuch(f"{told.file} is larger than {MAX_RECORDING_BYTES} bytes (MAX_RECORDING_BYTES).")
    return Take(told.file, size_bytes, partial(members.open, folder, told.file), told.start_ns, told.problem)
