"""Records -> the timeline of a session. Pure functions, plain Python; see docs/timeline-snapshot.md."""

from observability.timeline.build import build
from observability.timeline.context import RecordingFile, SessionContext
from observability.timeline.details import span_details
from observability.timeline.snapshot import as_json, details_as_json

__all__ = ["RecordingFile", "SessionContext", "as_json", "build", "details_as_json", "span_details"]
