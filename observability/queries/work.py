"""What workers still have to do for sessions, and what they were not able to do, for pages and API."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Subquery, When

from observability.jobs import RECORDINGS, SESSIONS, kinds_of
from observability.models import Job, Recording, Session

STORE_RECORDING = "store-recording"
AWAITED = frozenset({"inspect-recording", "analyse-recording", STORE_RECORDING})
"""What the page of a session waits for. That its records are sealed changes nothing on it."""
FAILURES: Mapping[str, str] = {
    STORE_RECORDING: "The recording could not be moved to the storage. It lies on the disk of the server that took it.",
    "inspect-recording": "The recording could not be measured.",
    "analyse-recording": "The waveform of the recording could not be made.",
    "convert-recording": "A copy of the recording for browsers that do not play Ogg could not be made.",
    "erase-recordings": "The recording could not be erased after redaction was asked for. Nobody can hear it.",
    "summarise-session": "Its summary could not be made: lists are behind, and it is not found by its words.",
    "redact-sealed": "What had been sealed could not be redacted. Nobody can read it.",
    "seal-session": "Its records could not be put into their archive. They are kept in the database.",
    "remove-obsolete-archives": "An earlier archive of its records could not be removed.",
}
"""What it means for people, in the order in which it matters to them."""
ADVICE = (
    "It was tried {attempts} times and set aside; nothing waits for it. An owner or admin can have it tried again "
    "on the session’s page. If that fails too, whoever runs this server finds the cause in the worker’s log, "
    "under “Job {kind} {object_id}”."
)

State = Literal["waiting", "running", "failed"]
STATES: Mapping[str, State] = {
    Job.State.WAITING: "waiting",
    Job.State.RUNNING: "running",
    Job.State.SET_ASIDE: "failed",
}


@dataclass(frozen=True, slots=True)
class Task:
    """Awaited, or given up."""

    kind: str
    object_id: int
    state: State
    reason: str
    """The kind of fault in it, or in the last attempt; "" if there was none. What it said may quote content or tell of
    the server, so that is for operators."""
    attempts: int

    @property
    def is_failed(self) -> bool:
        return self.state == "failed"

    @property
    def failure(self) -> str:
        return FAILURES[self.kind] if self.is_failed else ""

    @property
    def advice(self) -> str:
        told = {"attempts": self.attempts, "kind": self.kind, "object_id": self.object_id}
        return ADVICE.format(**told) if self.is_failed else ""


def tasks_of(session: Session) -> list[Task]:
    return tasks_by_session([session])[session.pk]


def tasks_by_session(sessions: Collection[Session]) -> Mapping[int, list[Task]]:
    """In one query, however many they are. Where work waits that was set aside before, it has not failed."""
    found: dict[int, dict[tuple[str, int], Task]] = defaultdict(dict)
    jobs = jobs_of([session.pk for session in sessions]).order_by("pk")
    columns = ("of_session", "kind", "object_id", "state", "error", "attempts")
    for session_id, kind, object_id, state, error, attempts in jobs.values_list(*columns):
        known = found[session_id].get((kind, object_id))
        if known is None or known.is_failed:
            task = Task(kind, object_id, STATES[state], error.partition(":")[0], attempts)
            found[session_id][kind, object_id] = task
    return {session.pk: in_order(found[session.pk].values()) for session in sessions}


def in_order(tasks: Iterable[Task]) -> list[Task]:
    order = list(FAILURES)
    told = (task for task in tasks if task.is_failed or task.kind in AWAITED)
    return sorted(told, key=lambda task: (not task.is_failed, order.index(task.kind), task.object_id))


def jobs_of(session_ids: Sequence[int]) -> QuerySet[Job]:
    """Those that wait, run, or were set aside, each with `of_session`. Index: job_of_object.

    A recording that redaction has taken from sight is no work to be seen. One that has got to the storage has a job
    in reserve that will find nothing to do.
    """
    recordings = Recording.objects.filter(session__in=session_ids, session__is_redacted=False)
    spooled = recordings.filter(place=Recording.Place.SPOOL)
    of_recordings = Q(kind__in=kinds_of(RECORDINGS), object_id__in=recordings.values("pk"))
    is_in_reserve = Q(kind=STORE_RECORDING) & ~Q(object_id__in=spooled.values("pk"))
    jobs = Job.objects.filter(state__in=STATES)
    of_sessions = Q(kind__in=kinds_of(SESSIONS), object_id__in=session_ids)
    its_session = Recording.objects.filter(pk=OuterRef("object_id")).values("session_id")
    of_session = Case(
        When(kind__in=kinds_of(SESSIONS), then=F("object_id")),
        default=Subquery(its_session),
        output_field=BigIntegerField(),
    )
    return jobs.filter(of_recordings & ~is_in_reserve | of_sessions).annotate(of_session=of_session)


def work_fields(tasks: Sequence[Task]) -> dict[str, Any]:
    """As the API shows it beside a session's other fields."""
    is_failed = any(task.is_failed for task in tasks)
    return {
        "state": "failed" if is_failed else "pending" if tasks else "done",
        "tasks": [
            {
                "task": task.kind,
                "state": task.state,
                "message": task.failure,
                "reason": task.reason,
                "advice": task.advice,
            }
            for task in tasks
        ],
    }
