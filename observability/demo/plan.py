"""A script laid on the clock: who speaks and what runs from which nanosecond to which."""

from collections.abc import Iterator
from dataclasses import dataclass

from observability.demo.script import Attempt, Call, Role, Script, Turn
from observability.demo.speech import Speech


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of audible speech. Starts and ends on whole milliseconds of the recording."""

    speech: Speech
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Wait:
    """From the end of a stretch to the decision whether the caller's turn is over."""

    start_ns: int
    end_ns: int
    committed: bool
    probability: float


@dataclass(frozen=True, slots=True)
class CallerTurn:
    text: str
    item_id: str
    stretches: tuple[Utterance, ...]
    waits: tuple[Wait, ...]
    transcribed_ns: int
    committed_ns: int
    confidence: float

    @property
    def start_ns(self) -> int:
        return self.stretches[0].start_ns

    @property
    def silent_ns(self) -> int:
        return self.stretches[-1].end_ns


@dataclass(frozen=True, slots=True)
class PlannedCall:
    call: Call
    call_id: str
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Synthesis:
    request_id: str
    start_ns: int
    pushed_ns: int
    """When the first whole sentence went to the voice."""
    first_byte_ns: int
    end_ns: int
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class PlannedAttempt:
    attempt: Attempt
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class PlannedStep:
    item_id: str
    request_id: str
    text: str
    heard: str
    """What of the text was spoken before an interruption."""
    start_ns: int
    first_token_ns: int
    first_sentence_ns: int
    end_ns: int
    output_tokens: int
    calls: tuple[PlannedCall, ...] = ()
    synthesis: Synthesis | None = None
    failed: tuple[PlannedAttempt, ...] = ()

    @property
    def done_ns(self) -> int:
        """When the next step may begin."""
        spoken = self.synthesis.utterance.end_ns if self.synthesis else 0
        return max(self.end_ns, spoken, *(call.end_ns for call in self.calls))


@dataclass(frozen=True, slots=True)
class Answer:
    """One speech handle: everything the agent says and does in one turn."""

    speech_id: str
    role: Role
    turn: Turn
    caller: CallerTurn | None
    start_ns: int
    end_ns: int
    steps: tuple[PlannedStep, ...]

    @property
    def failed(self) -> bool:
        return any(step.failed for step in self.steps)

    @property
    def interrupted(self) -> bool:
        return any(step.heard != step.text for step in self.steps)

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        return tuple(step.synthesis.utterance for step in self.steps if step.synthesis)


@dataclass(frozen=True, slots=True)
class Handoff:
    old: Role
    new: Role
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Milestones:
    """Where the job stands when, in order."""

    received_ns: int
    entered_ns: int
    session_ns: int
    recording_ns: int
    """Time 0 of the audio file, on a whole millisecond."""
    listening_ns: int
    hung_up_ns: int
    closed_ns: int
    """End of session and of the recording, a whole number of 20 ms after its start."""
    judged_ns: int
    uploaded_ns: int
    finished_ns: int


@dataclass(frozen=True, slots=True)
class Plan:
    script: Script
    at: Milestones
    answers: tuple[Answer, ...]
    handoffs: tuple[Handoff, ...]

    @property
    def caller_turns(self) -> Iterator[CallerTurn]:
        return (answer.caller for answer in self.answers if answer.caller)

    @property
    def steps(self) -> Iterator[PlannedStep]:
        return (step for answer in self.answers for step in answer.steps)

    @property
    def caller_utterances(self) -> list[Utterance]:
        return [stretch for caller in self.caller_turns for stretch in caller.stretches]

    @property
    def agent_utterances(self) -> list[Utterance]:
        return [utterance for answer in self.answers for utterance in answer.utterances]
