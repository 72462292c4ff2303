"""An upload's records, job by job."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from observability.records import Record
from observability.sessions.ids import bounded_id


@dataclass(frozen=True, slots=True)
class Group:
    """The records of one job in one upload."""

    job_id: str
    """"" for records that name no job."""
    room_id: str
    records: Sequence[Record]


def group_by_job(records: Iterable[Record]) -> list[Group]:
    """Records by the job that they name themselves. What names none goes to the upload's only job, if there is one."""
    jobs: dict[str, list[Record]] = {}
    for record in records:
        jobs.setdefault(record["job_id"], []).append(record)
    if len(jobs) == 2 and "" in jobs:
        nameless = jobs.pop("")
        [(job_id, members)] = jobs.items()
        for record in nameless:
            record["job_id"] = job_id
        members.extend(nameless)
    return [group_of(job_id, members) for job_id, members in jobs.items()]


def group_of(job_id: str, members: list[Record]) -> Group:
    bounded = bounded_id(job_id)
    if bounded != job_id:
        for record in members:
            record["job_id"] = bounded
    return Group(bounded, bounded_id(room_of(members)), members)


def room_of(records: Iterable[Record]) -> str:
    return next((record["room_id"] for record in records if record["room_id"]), "")
