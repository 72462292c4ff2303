"""Sessions in files that are no zip: OTLP/JSON, and a recording with its chat history. Told by what is in them."""

import hashlib
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import IO

from observability.imports.bundle import JOB_PREFIX, Bundle, Opener, Take
from observability.imports.facts import Facts
from observability.imports.refusals import TooMuch, Unreadable
from observability.imports.telemetry import Part, jobs_in
from observability.limits import MAX_EXPORT_SESSIONS, MAX_RECORDING_BYTES, MAX_SESSION_RECORDS
from observability.models import Session
from observability.otlp.shape import Signal
from observability.sessions.ids import bounded_id

HEAD_BYTES = 64 * 1024
PIECE_BYTES = 256 * 1024
ZIP, OGG = b"PK", b"OggS"
CHAT_HISTORY = re.compile(rb'\s*(?:\{\s*"items"\s*:|\[)')
EXPORT_REQUEST: dict[Signal, re.Pattern[bytes]] = {
    "traces": re.compile(rb'\s*\{\s*"(?:resourceSpans|resource_spans)"\s*:'),
    "logs": re.compile(rb'\s*\{\s*"(?:resourceLogs|resource_logs)"\s*:'),
    "metrics": re.compile(rb'\s*\{\s*"(?:resourceMetrics|resource_metrics)"\s*:'),
}
UNKNOWN = (
    "is nothing that can be imported. Choose a zip that “Download data” made, OTLP/JSON files (traces.json, "
    "logs.jsonl, metrics.json), or an Ogg recording together with its chat_history.json."
)
NO_JOB = (
    "names no LiveKit job: none of its records has an attribute job_id or lk.job_id, so nobody can tell which "
    "session it is of."
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that somebody chose, open for reading; `name` is for messages only."""

    name: str
    file: IO[bytes]
    size_bytes: int

    def head(self) -> bytes:
        self.file.seek(0)
        return self.file.read(HEAD_BYTES)

    @property
    def is_zip(self) -> bool:
        return self.head().startswith(ZIP)

    def open(self) -> AbstractContextManager[IO[bytes]]:
        """From its beginning; it stays open."""
        self.file.seek(0)
        return nullcontext(self.file)


def bundles_of(sources: Sequence[Source]) -> list[Bundle]:
    """All files together: a recording belongs to the only job that the OTLP files name, if there is one.

    Raises Unreadable or TooMuch.
    """
    parts = [Part(source.name, signal, source.open) for source in sources if (signal := signal_of(source))]
    others = [source for source in sources if not signal_of(source)]
    audio, chat_history = pair_of(others)
    bundles = of_jobs(parts)
    if audio is None and chat_history is None:
        return bundles
    if len(bundles) == 1:
        return [with_talk(bundles[0], audio, chat_history)]
    if audio is None or chat_history is None:
        raise Unreadable(alone(audio or chat_history))
    return [*bundles, with_talk(of_no_job(audio, chat_history), audio, chat_history)]


def signal_of(source: Source) -> Signal | None:
    head = source.head()
    return next((signal for signal, begins in EXPORT_REQUEST.items() if begins.match(head)), None)


def pair_of(sources: Sequence[Source]) -> tuple[Source | None, Source | None]:
    audio = [source for source in sources if source.head().startswith(OGG)]
    chats = [source for source in sources if CHAT_HISTORY.match(source.head())]
    for source in sources:
        if source not in audio and source not in chats:
            raise Unreadable(f"{source.name} {UNKNOWN}")
    if len(audio) > 1 or len(chats) > 1:
        raise Unreadable(
            "Choose one recording and its chat history at a time: nothing tells which belong together."
        )
    if audio and audio[0].size_bytes > MAX_RECORDING_BYTES:
        raise TooMuch(f"{audio[0].name} is larger than {MAX_RECORDING_BYTES} bytes (MAX_RECORDING_BYTES).")
    return next(iter(audio), None), next(iter(chats), None)


def alone(source: Source | None) -> str:
    name = source.name if source else "The file"
    return (
        f"{name} came alone. Choose the Ogg recording and its chat_history.json together, or with the session's "
        "traces.json."
    )


def of_jobs(parts: Sequence[Part]) -> list[Bundle]:
    if not parts:
        return []
    names = ", ".join(part.name for part in parts)
    named = jobs_in(parts)
    records = named.total()
    jobs = sorted({bounded_id(job) for job in named} - {""})
    if not jobs:
        raise Unreadable(f"{names} {NO_JOB}")
    # Each session reads all of the files for its own records.
    if len(jobs) > MAX_EXPORT_SESSIONS or (len(jobs) > 1 and len(jobs) * records > MAX_SESSION_RECORDS):
        raise TooMuch(
            f"{names} holds {records} records of {len(jobs)} jobs: too many to be imported together."
        )
    return [
        Bundle(
            names,
            Facts(job, "", Session.Status.ENDED),
            parts,
            has_nameless=len(jobs) == 1,
            nameless=named[""] if len(jobs) > 1 and place == 0 else 0,
            is_first=place == 0,
        )
        for place, job in enumerate(jobs)
    ]


def of_no_job(audio: Source, chat_history: Source) -> Bundle:
    """Known by its content: the same pair again is the same session."""
    digest = hashlib.sha256()
    for source in (chat_history, audio):
        with source.open() as file:
            while piece := file.read(PIECE_BYTES):
                digest.update(piece)
    job_id = JOB_PREFIX + digest.hexdigest()[:32]
    name = f"{audio.name}, {chat_history.name}"
    return Bundle(name, Facts(job_id, "", Session.Status.ENDED, end_signal="recording"))


def with_talk(bundle: Bundle, audio: Source | None, chat_history: Source | None) -> Bundle:
    takes = [Take(audio.name, audio.size_bytes, opener_of(audio))] if audio else []
    return replace(bundle, takes=takes, chat_history=opener_of(chat_history) if chat_history else None)


def opener_of(source: Source) -> Opener:
    return partial(Source.open, source)
