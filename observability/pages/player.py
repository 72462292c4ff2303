"""What the player of a session can do, and why it cannot."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from observability.models import Recording, Session
from observability.timeline.completeness import SWITCHED_OFF
from observability.timeline.model import Timeline
from observability.timeline.words import State
from projects.access import may_hear_audio
from projects.models import Project

AUDIO_SWITCHED_OFF = "Audio is switched off in the project's privacy settings."


@dataclass(frozen=True, slots=True)
class Player:
    is_ready: bool
    address: str
    peaks_address: str
    """Of the waveform; "" as long as there is no recording, or if nothing of it can be played."""
    reason: str
    """Why nothing can be played, in one sentence."""
    is_switched_off: bool
    """By the project's privacy settings, which whoever may can change."""


def player_of(
    request: HttpRequest, project: Project, session: Session, timeline: Timeline, recording: Recording | None
) -> Player:
    """A later revision of the recording has other addresses, so that the browser plays that one."""
    reason = silence_reason(request, project, timeline, recording)
    of_session = (project.slug, session.public_id)
    has_peaks = recording is not None and recording.channels != 0
    revision = f"?revision={recording.revision}" if recording else ""
    return Player(
        is_ready=not reason,
        address=reverse("api:session-audio", args=of_session) + revision,
        peaks_address=reverse("api:session-peaks", args=of_session) + revision if has_peaks else "",
        reason=reason,
        is_switched_off=reason == AUDIO_SWITCHED_OFF,
    )


def silence_reason(
    request: HttpRequest, project: Project, timeline: Timeline, recording: Recording | None
) -> str:
    audio = timeline.completeness["audio"]
    if recording is None and audio.reason == SWITCHED_OFF:
        return AUDIO_SWITCHED_OFF
    if recording is None or audio.state == State.LOST:
        return audio.reason or "There is no recording."
    if not may_hear_audio(project, request.user):
        return "This project lets only some of its members hear recordings."
    return ""
