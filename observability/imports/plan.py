"""An import made ready outside any transaction: its records decoded and compressed, its audio on this server's disk."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from shutil import disk_usage
from typing import Any

import orjson
from django.conf import settings

from observability.imports.bundle import Bundle, Take
from observability.imports.facts import Facts
from observability.imports.known import Known, known_of, missing_of
from observability.imports.refusals import NotNow, TooMuch, Unreadable
from observability.imports.talk import talk_of
from observability.imports.telemetry import TOO_MUCH, Tally, chunks_of
from observability.journal.append import HeldSession, session_of_job
from observability.limits import MAX_IMPORT_TELEMETRY_BYTES, MAX_RECORDING_BYTES
from observability.livekit.privacy import Switches
from observability.models import Session
from observability.recordings.form import PartLimits
from observability.recordings.keep import may_keep_audio
from observability.recordings.multipart import SentPart
from observability.recordings.parts import Parts, SpooledPart
from observability.records import Record
from observability.sessions.allowed import switches_of, switches_with
from observability.sessions.draft import Draft
from observability.sessions.groups import Group, room_of
from observability.sessions.open import new_session
from projects.models import Project

DIGEST_BYTES = 16
PIECE_BYTES = 256 * 1024
SPARE_BYTES = MAX_RECORDING_BYTES
"""Of the disk that an import leaves alone: an agent's next recording goes there, and cannot be sent again."""


@dataclass(frozen=True, slots=True)
class Plan:
    bundle: Bundle
    before: HeldSession | None
    """The session as it was when this was made; None if there was none."""
    drafts: Sequence[Draft]
    audio: Sequence[tuple[Take, SpooledPart]]
    tally: Tally
    switches: Switches
    """Those that the session is expected to have when it is written to; the drafts hold what they let through."""

    @property
    def is_empty(self) -> bool:
        return not self.drafts and not self.audio


@contextmanager
def planned(project: Project, bundle: Bundle, *, now: datetime) -> Iterator[Plan]:
    """Raises ImportRefused, or OSError if this server's disk fails. When the context ends, spooled audio is removed."""
    before, known = state_of(project, bundle)
    tally = Tally()
    switches = switches_of(before) if before else switches_to_be(project, bundle.facts)
    drafts = list(bounded(sifted(drafts_of(bundle, before, known, tally, now), switches)))
    with ExitStack() as stack:
        audio = [
            (take, stack.enter_context(spooled(take)))
            for take in bundle.takes
            if take.sha256 not in known.recordings and (before is None or may_keep_audio(before))
        ]
        new = [(take, part) for take, part in audio if part.sha256 not in known.recordings]
        yield Plan(bundle, before, drafts, new, tally, switches)


def state_of(project: Project, bundle: Bundle) -> tuple[HeldSession | None, Known]:
    """An expired session is not looked into: nothing may be added to it."""
    held = session_of_job(project.pk, bundle.facts.job_id)
    if held is None or held.is_expired:
        return held, Known()
    return held, known_of(Session.objects.get(pk=held.id))


def drafts_of(
    bundle: Bundle, before: HeldSession | None, known: Known, tally: Tally, now: datetime
) -> Iterator[Draft]:
    def draft(signal: str, records: Sequence[Any]) -> Iterator[Draft]:
        kept = missing_of(records, known, before) if before else records
        if kept:
            group = Group(bundle.facts.job_id, room_of(kept) or bundle.facts.room_id, kept)
            yield Draft.of(group, signal, digest_of(kept), now)

    for part in bundle.parts:
        for chunk in chunks_of(part, tally):
            yield from draft(part.signal, bundle.own(chunk))
    yield from draft("recording", talk_of(bundle))


def switches_to_be(project: Project, facts: Facts) -> Switches:
    """Of a session that begins with this import: the project's, and those of the session that it comes from."""
    row = new_session(project, facts.job_id, "", None)
    off = {*row.switched_off, *facts.switched_off}
    return switches_with(off, redaction=row.is_redacted or facts.is_redacted)


def sifted(drafts: Iterable[Draft], switches: Switches) -> Iterator[Draft]:
    """As they will be kept. What asks for redaction asks for it for all that comes after it."""
    for draft in drafts:
        if draft.news.is_redacted:
            switches = replace(switches, redaction=True)
        yield draft.permitted_under(switches).compressed_alone()


def bounded(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Records repeat their resource, so a few bytes read can be many kept. Raises TooMuch."""
    kept_bytes = 0
    for draft in drafts:
        kept_bytes += len(draft.batch.payload)
        if kept_bytes > MAX_IMPORT_TELEMETRY_BYTES:
            raise TooMuch(TOO_MUCH)
        yield draft


def digest_of(records: Sequence[Record]) -> bytes:
    """Of what is kept, whatever it was read from."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for record in records:
        digest.update(orjson.dumps(record))
    return digest.digest()


@contextmanager
def spooled(take: Take) -> Iterator[SpooledPart]:
    """Copied a piece at a time, hashed and synced, as the audio of an upload is."""
    settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True)
    if disk_usage(settings.SPOOL_DIR).free < take.size_bytes + SPARE_BYTES:
        raise NotNow(
            "This server's disk has no room for the recording now. Nothing of this session was kept."
        )
    parts = Parts(spool_dir=settings.SPOOL_DIR, limits=PartLimits())
    try:
        with take.open() as file:
            pieces = iter(lambda: file.read(PIECE_BYTES), b"")
            parts.receive(SentPart("audio", pieces, take.size_bytes))
        parts.finish(is_whole=True)
        audio = parts.arrived.get("audio")
        if audio is None:
            raise Unreadable(f"{take.name} is empty.")
        yield audio
    finally:
        parts.remove()
