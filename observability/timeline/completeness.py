"""What of a session is here, what may still come and what never will, signal by signal, with the reason
in a sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from observability.livekit.log_kinds import dropped_batch_of
from observability.records import HeaderRecord
from observability.timeline.dialogue import TranscriptItem
from observability.timeline.material import Material
from observability.timeline.totals import Completeness
from observability.timeline.words import SIGNALS, Signal, State

LATE_NS = 15 * 60 * 1_000_000_000
"""Data may arrive this long after the end: uploads are retried for minutes, batches wait in queues
(§12.3)."""

NAMES: Mapping[Signal, str] = {
    "audio": "Audio",
    "transcript": "The transcript",
    "traces": "Traces",
    "logs": "Logs",
    "metrics": "Metrics",
}

PARTS: Mapping[Signal, str] = {"audio": "audio", "transcript": "chat_history"}
"""Which part of the recording upload brings a signal (docs/contract.md §9)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the judgement rests on."""

    material: Material
    transcript: Sequence[TranscriptItem]
    last_ns: int

    @property
    def options(self) -> Mapping[str, bool]:
        """The agent's recording options: the report's, else the summary's (docs/contract.md §1.3)."""
        for told in (self.material.report, self.material.summary):
            if told is not None and told.recording_options:
                return told.recording_options
        return {}

    @property
    def may_still_come(self) -> bool:
        context = self.material.context
        ended_ns = context.ended_ns or self.last_ns
        return context.status == "ended" and 0 < context.now_ns < ended_ns + LATE_NS

    @property
    def uploaded(self) -> bool:
        context = self.material.context
        return bool(self.material.headers) or context.recording_uploaded or context.recording is not None

    def part_problem(self, signal: Signal) -> str:
        """Why what the recording upload brought of it is not here as it was sent, or ""."""
        return self.material.context.part_problems.get(PARTS.get(signal, ""), "")

    @property
    def started(self) -> bool:
        """Whether a session ever began; a job that crashes before leaves nothing but logs
        (docs/contract.md §7.1)."""
        return bool(
            self.material.spans or self.material.items or self.uploaded or self.material.report is not None
        )


SWITCHED_OFF = "Switched off in the project's privacy settings."


def completeness_of(evidence: Evidence) -> Mapping[Signal, Completeness]:
    return {signal: _judged(evidence, signal) for signal in SIGNALS}


def _judged(evidence: Evidence, signal: Signal) -> Completeness:
    context = evidence.material.context
    discarded = context.discarded.get(signal, 0)
    count = _count(evidence, signal)
    if signal in context.switched_off:
        return Completeness(State.OFF, SWITCHED_OFF, count, discarded)
    if signal == "audio" and context.is_redacted and not count:
        return Completeness(
            State.OFF, "Redaction was asked for, and voices cannot be redacted.", 0, discarded
        )
    if count and discarded:
        reason = f"{discarded} records arrived and were not kept."
        return Completeness(State.PARTIAL, reason, count, discarded)
    if not count and discarded:
        return Completeness(State.LOST, "What arrived could not be kept.", 0, discarded)
    state, reason = _PRESENT[signal](evidence) if count else _absent(evidence, signal)
    dropped = 0 if evidence.material.is_live else _dropped_batches(evidence, signal)
    if dropped and state in (State.RECEIVED, State.NOT_SENT):
        state, reason = (State.PARTIAL if count else State.LOST), _told_as_dropped(signal, dropped)
    return Completeness(state, reason, count, 0)


def _dropped_batches(evidence: Evidence, signal: Signal) -> int:
    """As the agent's exporter says."""
    return sum(dropped_batch_of(line) == signal for kind, line in evidence.material.lines if kind == "upload")


def _told_as_dropped(signal: Signal, batches: int) -> str:
    many = "1 batch" if batches == 1 else f"{batches} batches"
    return f"The agent says that it dropped {many} of {NAMES[signal].lower()} which it could not hand over."


def _count(evidence: Evidence, signal: Signal) -> int:
    material = evidence.material
    recording = material.context.recording
    return {
        "audio": int(recording is not None and recording.is_playable),
        "transcript": len(evidence.transcript),
        "traces": len(material.spans),
        "logs": len(material.lines),
        "metrics": len(material.points),
    }[signal]


Judgement = tuple[State, str]


def _absent(evidence: Evidence, signal: Signal) -> Judgement:
    if evidence.options.get(signal) is False:
        return State.OFF, "Switched off by the agent (record options)."
    unkept = _unkept(evidence, signal)
    if unkept:
        return State.LOST, unkept
    if not evidence.material.is_of_livekit:
        return State.NOT_SENT, _NOT_OF_LIVEKIT[signal]
    if evidence.material.is_live:
        return State.EXPECTED, _EXPECTED_LIVE[signal]
    if not evidence.started:
        return State.NOT_SENT, "The job ended before a session had started."
    too_old = _never_sent(evidence, signal)
    if too_old:
        return State.NOT_SENT, too_old
    if evidence.material.context.status == "lost":
        return State.LOST, f"Contact was lost before {NAMES[signal].lower()} had been sent."
    return _absent_after_the_end(evidence, signal)


def _unkept(evidence: Evidence, signal: Signal) -> str:
    """What is wrong with all that the recording upload brought of it."""
    recording = evidence.material.context.recording
    if signal == "audio" and recording is not None:
        return f"What arrived as the recording cannot be played: {recording.problem}"
    problem = evidence.part_problem(signal)
    headers = evidence.material.headers
    if not problem or (signal == "audio" and headers and not _has_audio(headers)):
        return ""
    return f"The agent's upload brought no {signal} that could be kept: {problem}"


def _has_audio(headers: Sequence[HeaderRecord]) -> bool:
    return any(header["start_ns"] for header in headers)


_EXPECTED_LIVE: Mapping[Signal, str] = {
    "audio": "The recording arrives after the end.",
    "transcript": "Lines come as turns end; the final transcript arrives after the end.",
    "traces": "Spans come as they end.",
    "logs": "None so far.",
    "metrics": "They come every 30 s.",
}


_NOT_OF_LIVEKIT: Mapping[Signal, str] = {
    "audio": "Only LiveKit's SDKs send a recording.",
    "transcript": "Only LiveKit's SDKs send a transcript.",
    "traces": "No span has come that names this session.",
    "logs": "No log line has come that names this session.",
    "metrics": "No metric point has come that names this session.",
}


def _absent_after_the_end(evidence: Evidence, signal: Signal) -> Judgement:
    if signal in ("audio", "transcript") and evidence.uploaded:
        return _missing_in_upload(evidence, signal)
    if evidence.may_still_come:
        return State.EXPECTED, f"{NAMES[signal]} may still arrive."
    if signal == "audio" and evidence.options.get("audio"):
        return State.LOST, "The agent recorded audio, but its upload never arrived."
    if evidence.options.get(signal) and signal != "logs":
        return State.LOST, f"{NAMES[signal]} was switched on in the agent, but nothing arrived."
    return State.NOT_SENT, "The agent sent none."


def _missing_in_upload(evidence: Evidence, signal: Signal) -> Judgement:
    if signal == "transcript":
        return State.NOT_SENT, "The agent's upload had no transcript."
    if _has_audio(evidence.material.headers):
        return State.LOST, "The agent recorded audio, but its upload had no audio file."
    return State.NOT_SENT, "The agent recorded no audio."


def _never_sent(evidence: Evidence, signal: Signal) -> str:
    """What a release of the SDK does not send at all (docs/contract.md §14)."""
    sdk = evidence.material.sdk
    if signal == "metrics" and sdk.language == "node":
        return "Node's SDK sends metrics since 1.9, and only when the event loop stalls."
    if signal == "metrics" and sdk.language == "python" and _is_before(sdk.version, (1, 5, 2)):
        return "Python's SDK sends metrics since 1.5.2."
    return ""


def _is_before(version: str, first: tuple[int, ...]) -> bool:
    digits = [part for part in version.split(".")[:3] if part.isdecimal()]
    return len(digits) == len(first) and tuple(map(int, digits)) < first


def _audio(evidence: Evidence) -> Judgement:
    context = evidence.material.context
    if context.recording is not None and context.recording.problem:
        return State.PARTIAL, f"The recording is here, with a problem: {context.recording.problem}"
    if "header" in context.part_problems and not evidence.material.headers:
        problem = context.part_problems["header"]
        return State.RECEIVED, f"The recording is here; when it began is not known: {problem}"
    return State.RECEIVED, "The recording is here."


def _transcript(evidence: Evidence) -> Judgement:
    material, problem = evidence.material, evidence.part_problem("transcript")
    if material.history and problem:
        return State.PARTIAL, f"The final transcript is not here as a whole: {problem}"
    if material.items:
        source = "the recording upload" if material.history else "the chat item logs"
        return State.RECEIVED, f"Complete, from {source}."
    if material.is_live:
        return State.EXPECTED, "So far from turns as they end; the final transcript arrives after the end."
    if evidence.options.get("transcript") is False:
        return State.PARTIAL, "The agent switched the transcript off; these lines are from its turn spans."
    if problem:
        return (
            State.PARTIAL,
            f"Only what turn spans tell; the final transcript could not be kept: {problem}",
        )
    if evidence.may_still_come:
        return State.EXPECTED, "So far from turns as they ended; the final transcript may still arrive."
    return State.PARTIAL, "Only what turn spans tell; the final transcript never arrived."


def _traces(evidence: Evidence) -> Judgement:
    material = evidence.material
    if material.is_live:
        return State.RECEIVED, "So far; spans come as they end."
    if material.context.status == "lost":
        return State.PARTIAL, "Contact was lost; spans that had not ended are missing."
    missing = _missing_parents(material)
    if not missing:
        return State.RECEIVED, "Every span is here."
    if evidence.may_still_come:
        return State.PARTIAL, f"{_spans(len(missing))} that others name as parent may still arrive."
    if material.sdk.language == "node":
        return (
            State.RECEIVED,
            "Node's SDK ends without sending the spans of its last seconds, the root among them.",
        )
    return State.PARTIAL, f"{_spans(len(missing))} that others name as parent never arrived."


def _missing_parents(material: Material) -> set[str]:
    """Evaluations' attempts have no parents before Python 1.6 (docs/contract.md §6.1)."""
    named = {
        span["parent_span_id"]
        for span in material.spans
        if span["name"] != "llm_request_run" or not _is_before(material.sdk.version, (1, 6, 0))
    }
    return named - material.by_id.keys() - {""}


def _spans(count: int) -> str:
    return "1 span" if count == 1 else f"{count} spans"


def _logs(evidence: Evidence) -> Judgement:
    if evidence.material.is_live:
        return State.RECEIVED, "So far."
    if not evidence.started and evidence.material.is_of_livekit:
        return State.RECEIVED, "The job ended before a session had started; its logs are all there is."
    if evidence.material.context.status == "lost":
        return State.PARTIAL, "Contact was lost; the last seconds may be missing."
    return State.RECEIVED, "Logs are here."


def _metrics(evidence: Evidence) -> Judgement:
    if evidence.material.is_live:
        often = "; they come every 30 s" if evidence.material.is_of_livekit else ""
        return State.RECEIVED, f"So far{often}."
    if evidence.material.context.status == "lost":
        return State.PARTIAL, "Contact was lost; the figures per turn come at the end and are missing."
    return State.RECEIVED, "Metrics are here."


_PRESENT: Mapping[Signal, Callable[[Evidence], Judgement]] = {
    "audio": _audio,
    "transcript": _transcript,
    "traces": _traces,
    "logs": _logs,
    "metrics": _metrics,
}
