"""Interruptions and states: what the speaking spans tell about the course of the conversation."""

from collections.abc import Iterator, Sequence

from observability.livekit.values import mapping, text
from observability.timeline.dialogue import Speech, Turn
from observability.timeline.marks import Interruption, StateStretch
from observability.timeline.material import Material


def interruptions_of(speeches: Sequence[Speech], turns: Sequence[Turn]) -> tuple[Interruption, ...]:
    """From speeches that were heard; turns whose spans were lost are cut off where their last item stops."""
    has_sound = any(speech.speaking for speech in speeches)
    found = [
        Interruption(
            at_ns=max((stretch.end_ns for stretch in speech.speaking), default=speech.end_ns),
            turn=speech.turn,
            speech_id=speech.speech_id,
            source=speech.interruption_source,
            played_ms=speech.played_ms,
        )
        for speech in speeches
        if speech.interrupted and speech.kind != "discarded" and _was_heard(speech, has_sound=has_sound)
    ]
    told = {interruption.turn for interruption in found}
    found += (
        Interruption(turn.answer_end_ns or turn.end_ns, turn.index, "", "", None)
        for turn in turns
        if turn.interrupted and turn.index not in told
    )
    return tuple(sorted(found, key=lambda interruption: interruption.at_ns))


def _was_heard(speech: Speech, *, has_sound: bool) -> bool:
    """In a session without sound, words are all that there is."""
    return bool(speech.speaking if has_sound else speech.text)


def states_of(material: Material, turns: Sequence[Turn]) -> tuple[StateStretch, ...]:
    """Speaking by the speaking spans, thinking between the user's last word and the agent's first sound.

    The state events of `agent_session` come at the end and lose the oldest (docs/contract.md §6.2), so
    only the user's
    being away is taken from them.
    """
    stretches = [
        StateStretch("user", "speaking", span["start_ns"], span["end_ns"])
        for span in material.named("user_speaking")
    ]
    stretches += (
        StateStretch("agent", "speaking", span["start_ns"], span["end_ns"])
        for span in material.named("agent_speaking")
    )
    stretches += _thinking(turns)
    stretches += _away(material)
    return tuple(sorted(stretches, key=lambda stretch: stretch.start_ns))


def _thinking(turns: Sequence[Turn]) -> Iterator[StateStretch]:
    for turn in turns:
        if turn.latency.parts:
            first, last = turn.latency.parts[0], turn.latency.parts[-1]
            yield StateStretch("agent", "thinking", first.start_ns, last.end_ns)


def _away(material: Material) -> Iterator[StateStretch]:
    for span in material.named("agent_session"):
        since: int | None = None
        for event in span.get("events", ()):
            if event.get("name") != "user_state_changed":
                continue
            state = text(mapping(event.get("attributes")).get("lk.new_state"))
            if since is not None:
                yield StateStretch("user", "away", since, event["time_ns"])
            since = event["time_ns"] if state == "away" else None
        if since is not None:
            yield StateStretch("user", "away", since, span["end_ns"])
