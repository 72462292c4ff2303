"""Why a session may not begin, as its agent is told."""

from observability.ingest.refusals import OverQuota, RecordingDisabled
from observability.sessions.allowed import is_over_quota
from projects.models import Project


def why_disabled(project: Project) -> RecordingDisabled:
    is_off = not project.privacy.observability
    return OverQuota() if not is_off and is_over_quota(project) else RecordingDisabled()
