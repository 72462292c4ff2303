"""What is imported as one session: where its records and its audio are read from, and what is told of it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO

from observability.imports.facts import Facts
from observability.imports.refusals import Unreadable
from observability.imports.telemetry import Part
from observability.otlp.result import OtlpRecord
from observability.sessions.ids import bounded_id

JOB_PREFIX = "import-"
"""Of the ids that stand for a job where nothing names one."""
Opener = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True)
class Take:
    """An audio file, and what is told of it."""

    name: str
    size_bytes: int
    open: Opener
    start_ns: int = 0
    problem: str = ""
    sha256: str = ""
    """If it is known without reading it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One session's. Everything in it can be read as often as needed."""

    name: str
    """What people know it by: a file's name, or a folder of a zip."""
    facts: Facts
    parts: Sequence[Part] = ()
    chat_history: Opener | None = None
    takes: Sequence[Take] = ()
    """The oldest first."""
    session_id: str = ""
    """That of the session which was exported."""
    had_no_job: bool = False
    """That session was only known by its room: its job's id here is made of its own."""
    is_export: bool = False
    """It tells of its session's end and status, and all of its records are of one job."""
    has_nameless: bool = True
    """Records that name no job are this one's."""
    nameless: int = 0
    """Records in the files that name no job where there are several, and so are nobody's; told with the first."""
    is_first: bool = True
    """Of those that are read from the same files: what cannot be read in them is counted with it."""

    def own(self, records: Sequence[OtlpRecord]) -> list[OtlpRecord]:
        """Those of this session, each with its job. Raises Unreadable where an export holds others."""
        mine = []
        for record in records:
            job_id = bounded_id(record["job_id"])
            if job_id == self.facts.job_id or (not job_id and self.has_nameless):
                record["job_id"] = self.facts.job_id
                mine.append(record)
            elif self.is_export:
                raise Unreadable(f"{self.name} holds records of another job than session.json tells of.")
        return mine
