"""What the player of a session can do, and why it cannot."""

from dataclasses import dataclass

from django.http import HttpRequest

from observability.models import Recording, Session
from observability.pages.wording import clock, milliseconds
from observability.timeline.model import Timeline
from projects.access import may_hear_audio
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Player:
    is_ready: bool
    address: str
    offset_ms: float
    """Position in the file = time since the session's start - this."""
    length_ms: float
    length: str
    reason: str
    """Why nothing can be played, in one sentence."""
    version: str
    """Changes when there is another recording to play."""


def player_of(
    request: HttpRequest, project: Project, session: Session, timeline: Timeline, recording: Recording | None
) -> Player:
    end_ns = max(timeline.session.end_ns or 0, timeline.session.last_ns, timeline.session.start_ns)
    length_ms = milliseconds(timeline.session.start_ns, end_ns)
    reason = silence_reason(request, project, timeline, recording)
    file = timeline.recording
    return Player(
        is_ready=not reason,
        address=f"/api/v1/projects/{project.slug}/sessions/{session.public_id}/audio/",
        offset_ms=milliseconds(timeline.session.start_ns, file.start_ns) if file and file.start_ns else 0.0,
        length_ms=length_ms,
        length=clock(length_ms),
        reason=reason,
        version=f"{recording.revision}" if recording and not reason else "none",
    )


def silence_reason(
    request: HttpRequest, project: Project, timeline: Timeline, recording: Recording | None
) -> str:
    if recording is None:
        return timeline.completeness["audio"].reason or "There is no recording."
    if recording.problem:
        return f"The recording cannot be played: {recording.problem}"
    if not may_hear_audio(project, request.user):
        return "This project lets only some of its members hear recordings."
    return ""
