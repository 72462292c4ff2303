"""The critical path of an answer: of all that was at work in the silence, what was really waited for."""

from collections.abc import Iterable, Iterator

from observability.timeline.answering import SAME_MOMENT_NS, Answering, Work
from observability.timeline.dialogue import PathStep


def critical_path(answering: Answering) -> tuple[PathStep, ...]:
    """From the user's last word to the agent's first sound without gap or overlap; () if either is unknown.

    It is found from its end: before each step stands what finished last before that step could begin.
    An LLM step finishes for a voice with its first token, for a tool when it has made the call, for the
    next step when it ends. What nothing explains is a step of its own. An answer that was begun on the
    first words, while the end of the turn was still awaited, is on the path from there if it took longer.
    """
    if answering.begin_ns is None or answering.sound_ns is None:
        return ()
    played_ns = _played_ns(answering, answering.begin_ns, answering.sound_ns)
    steps = list(_backwards(answering, answering.begin_ns, played_ns))
    playback = PathStep("playback", played_ns, answering.sound_ns, "")
    return (*reversed(steps), *([playback] if played_ns < answering.sound_ns else []))


def _played_ns(answering: Answering, begin_ns: int, sound_ns: int) -> int:
    """When the first frame was handed on to be played: not before it was there."""
    last = _awaited(answering, None, sound_ns)
    ready_ns = _finish_ns(last, None, sound_ns) if last is not None else begin_ns
    return max(begin_ns, ready_ns, sound_ns - round((answering.figures.playback_ms or 0.0) * 1e6))


def _backwards(answering: Answering, begin_ns: int, cursor: int) -> Iterator[PathStep]:
    follower: Work | None = None
    while cursor > begin_ns:
        work = _awaited(answering, follower, cursor)
        end_ns = max(begin_ns, _finish_ns(work, follower, cursor)) if work is not None else begin_ns
        if end_ns < cursor:
            yield PathStep("unexplained", end_ns, cursor, "")
        if work is None or end_ns == begin_ns:
            return
        start_ns = _begin_ns(answering, work, end_ns)
        yield PathStep(work.kind, max(start_ns, begin_ns), end_ns, work.span_id)
        cursor, follower = start_ns, work


def _awaited(answering: Answering, follower: Work | None, cursor: int) -> Work | None:
    """What finished last of all that had finished by `cursor`, when `follower` (or, without one, the
    sound) began."""
    finished = [
        (finish_ns, work.start_ns, work)
        for work in _possible(answering, follower)
        if work.start_ns < (finish_ns := _finish_ns(work, follower, cursor)) <= cursor
    ]
    return max(finished, key=lambda found: found[:2])[2] if finished else None


def _possible(answering: Answering, follower: Work | None) -> Iterable[Work]:
    """The waits follow each other; of the works only a voice, if there is one, holds the first sound back."""
    if any(follower is wait for wait in answering.waits):
        return answering.waits
    voices = [work for work in answering.works if work.kind == "tts"]
    others = [work for work in answering.works if work.kind != "tts"]
    return [*answering.waits, *(voices if follower is None and voices else others)]


def _finish_ns(work: Work, follower: Work | None, cursor: int) -> int:
    """When `work` had done what `follower` needed of it; a hair's breadth too late counts as in time."""
    if work.kind == "tts":
        return min(work.end_ns, cursor)
    finish_ns = work.end_ns
    if work.kind == "llm" and (follower is None or follower.kind != "llm"):
        is_call = follower is not None and follower.kind == "tool"
        finish_ns = min(work.end_ns, cursor) if is_call or work.first_ns is None else work.first_ns
    return min(finish_ns, cursor) if finish_ns <= cursor + SAME_MOMENT_NS else finish_ns


def _begin_ns(answering: Answering, work: Work, end_ns: int) -> int:
    """Older SDKs open the voice together with the model: its own time begins with the first token."""
    if work.kind != "tts":
        return work.start_ns
    tokens = (other.first_ns for other in answering.works if other.first_ns is not None)
    return max((token for token in tokens if work.start_ns < token < end_ns), default=work.start_ns)
