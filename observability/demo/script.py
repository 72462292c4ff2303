"""What a demo conversation consists of: plain words to write one down, with nothing laid on a clock yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from observability.records import DEMO_JOB_PREFIX


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Role:
    """One agent class of the session: who talks until the next handoff."""

    label: str
    instructions: str
    tools: tuple[Tool, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A line the agent's own code logs."""

    after_ms: int
    level: str
    text: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    logger: str = "front-office"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP call that a tool makes; `status` 0 is a timeout."""

    method: str
    url: str
    after_ms: int
    takes_ms: int
    status: int = 200


@dataclass(frozen=True, slots=True)
class Call:
    tool: str
    arguments: Mapping[str, Any]
    takes_ms: int
    output: str = ""
    is_error: bool = False
    crash: str = ""
    """The exception's text when the tool died of something it did not expect."""
    requests: tuple[Request, ...] = ()
    notes: tuple[Note, ...] = ()
    hands_over_to: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One go of the language model: words to speak, tools to call, or both."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    cut_off_ms: int = 0
    """How much of the words is heard before the caller talks over them; 0 is all."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request to the language model that fails."""

    takes_ms: int
    retry_after_ms: int
    message: str


@dataclass(frozen=True, slots=True)
class Turn:
    """The caller's words and the agent's answer. Without words, the agent begins, told by `instructions`.

    A `…` inside the words is a hesitation: the caller stops, and goes on before the turn is over.
    """

    says: str = ""
    steps: tuple[Step, ...] = ()
    instructions: str = ""
    pause_ms: int = 0
    """Silence before the caller speaks; 0 lets chance decide, less than 0 talks over the agent."""
    failed_attempts: tuple[Attempt, ...] = ()
    """If there are any, the model gives up after them and the turn stays unanswered."""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    participant_id: str
    identity: str
    kind: str
    sip: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    name: str
    verdict: str
    reasoning: str
    criteria: str


@dataclass(frozen=True, slots=True)
class Ending:
    close_reason: str
    """As in the span `session_close`: user_initiated, participant_disconnected …"""
    summary_reason: str
    """The same in the recording's session summary: CR_USER_INITIATED …"""
    shutdown_reason: str
    outcome: str
    outcome_reason: str
    evaluations: tuple[Evaluation, ...]


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    agent_name: str
    room_name: str
    caller: Caller
    roles: tuple[Role, ...]
    turns: tuple[Turn, ...]
    tags: Mapping[str, Mapping[str, Any]]
    """Tag to its metadata; a tag without metadata has an empty mapping."""
    ending: Ending
    edition: int = 1
    """Another one is another session, so that what was deleted can be told anew."""

    @property
    def job_id(self) -> str:
        return DEMO_JOB_PREFIX + self._id

    @property
    def room_id(self) -> str:
        return f"RM_demo_{self._id}"

    @property
    def _id(self) -> str:
        return self.name if self.edition == 1 else f"{self.name}_{self.edition}"

    def role(self, label: str) -> Role:
        return next(role for role in self.roles if role.label == label)
