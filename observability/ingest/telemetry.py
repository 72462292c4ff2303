"""What a telemetry upload holds, kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from observability.ingest.body import digest_of
from observability.ingest.disabled import why_disabled
from observability.limits import MAX_JOBS_PER_REQUEST
from observability.live.publish import publish
from observability.otlp.bounds import LIMITS
from observability.otlp.count import TooManyItems
from observability.otlp.decode import decode
from observability.otlp.result import Decoded, OtlpRecord
from observability.otlp.shape import Signal
from observability.sessions.groups import group_by_job
from observability.sessions.keep import Kept, Marred, keep
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender is told: everything is kept, but for so many records."""

    signal: Signal
    rejected: int = 0
    message: str = ""


NameSessions = Callable[[Sequence[OtlpRecord]], None]


def accept_telemetry(
    project: Project,
    signal: Signal,
    body: bytes,
    content_type: str,
    *,
    now: datetime,
    name_sessions: NameSessions | None = None,
) -> Accepted:
    """Decode an inflated export request and keep its records; committed when this returns.

    Raises RecordingDisabled, TooManyItems, and what `otlp.decode` raises.
    """
    decoded = decode(signal, body, content_type, LIMITS)
    if name_sessions is not None:
        name_sessions(decoded.records)
    groups = group_by_job(decoded.records)
    if len(groups) > MAX_JOBS_PER_REQUEST:
        raise TooManyItems(f"request names more than {MAX_JOBS_PER_REQUEST} jobs or traces")
    kept = keep(
        project,
        signal,
        groups,
        body_digest=digest_of(body),
        now=now,
        marred=Marred(decoded.rejected_count, sum(decoded.sanitised.values())),
    )
    publish(project.pk, kept)
    refuse_if_off(project, kept)
    return accepted(signal, decoded, kept)


def refuse_if_off(project: Project, kept: list[Kept]) -> None:
    """Only for a job that had not begun: one such answer ends all uploads of the agent's session.

    What names no job, such as metrics of its process, may come from an agent whose session goes on.
    """
    named = [group for group in kept if group.job_id]
    if named and all(group.refused_as_off for group in named):
        raise why_disabled(project)


def accepted(signal: Signal, decoded: Decoded, kept: list[Kept]) -> Accepted:
    over_limit = sum(group.over_limit for group in kept)
    message = decoded.rejection_message
    if over_limit:
        message = "; ".join(filter(None, [message, f"{over_limit} rejected: the session is full"]))
    return Accepted(signal, decoded.rejected_count + over_limit, message)
