"""What the records of a session cannot say about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from observability.timeline.words import Signal, Status


@dataclass(frozen=True, slots=True)
class HeardInFile:
    """Where somebody speaks in the audio, as a worker measured it: [from, to] in milliseconds of the file."""

    user: tuple[tuple[float, float], ...] = ()
    agent: tuple[tuple[float, float], ...] | None = ()
    """None if the file has one channel, in which nobody can be told from anybody."""


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """The audio of the session as this server keeps it."""

    start_ns: int = 0
    """Wall clock of the file's time 0; 0 if unknown, then the recording header's is taken."""
    duration_ms: float | None = None
    heard: HeardInFile | None = None
    """None until a worker has listened."""
    problem: str = ""
    """Why it cannot be played, or not as a whole, in a sentence."""
    is_playable: bool = True
    """False once a worker has found nothing in it that can be played."""


@dataclass(frozen=True, slots=True)
class SessionContext:
    """What the records cannot say: the session row, the project's switches at first receipt, and the
    clock."""

    status: Status = "ended"
    now_ns: int = 0
    """Server clock; only used for how far a live session has come."""
    origin_ns: int | None = None
    """Zero of all browser offsets; without it the earliest start in the records. Offsets before it are
    negative."""
    ended_ns: int | None = None
    switched_off: frozenset[Signal] = frozenset()
    """Signals the project had switched off when the session began."""
    discarded: Mapping[Signal, int] = field(default_factory=dict)
    """Records accepted and not kept, by signal, for whatever reason (privacy switch, quota, limits)."""
    recording: RecordingFile | None = None
    """None while no audio file has arrived."""
    recording_uploaded: bool = False
    """A recording upload arrived, with or without audio in it."""
    part_problems: Mapping[str, str] = field(default_factory=dict)
    """Why header, chat_history or audio of the recording upload is not here as it was sent, a sentence each."""
    is_redacted: bool = False
    """The project or the agent asked for redaction."""
    is_withheld: bool = False
    """A part of the records is shown to nobody until a worker has redacted it."""
