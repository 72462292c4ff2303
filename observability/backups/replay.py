"""Deletes again, in restored rows, what had been deleted since the backup: the deletion journal says what."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from observability.jobs import NotYet
from observability.models import (
    Batch,
    CompactedPart,
    Deletion,
    Export,
    ImprovementSample,
    SampleLink,
    Session,
    Tombstone,
)
from observability.recordings.erase import erase_recordings
from observability.retention.delete import LONG_AGO
from observability.retention.projects import erase_project
from observability.retention.purge import purge
from observability.sessions.allowed import redact_again
from observability.sessions.deletions import upload_names
from observability.sessions.tombstones import LIFE
from projects.actions import DELETED
from projects.leaving import erase_account
from projects.models import Membership, Project, Role, StaffGrant

ROWS_AT_ONCE = 500
Kind = Deletion.Kind


@dataclass(slots=True)
class Replayed:
    """What of the backup was not brought back."""

    sessions: int = 0
    """Deleted, or expired since."""
    projects: int = 0
    accounts: int = 0
    without_owner: list[str] = field(default_factory=list)
    """Projects whose owner has gone, and who were handed over after the backup."""
    uploads: int = 0
    left: int = 0
    """Sessions that nobody reaches, and whose last files or rows a worker has yet to remove."""
    to_redact: list[str] = field(default_factory=list)


def replay(deletions: Iterable[Deletion]) -> Replayed:
    """May run twice. What has expired goes as well; zips and Parquet go all: they are made anew."""
    done = Replayed()
    Export.objects.all().delete()
    CompactedPart.objects.all().delete()
    forget_samples()
    end_staff_access()
    Deletion.objects.update(is_written=False)
    uploads: set[str] = set()
    for rows in chunks(deletions):
        remember(rows)
        bury_again(rows)
        put_out_of_reach(rows)
        done.accounts += erase_accounts(rows)
        uploads.update(row.name for row in rows if row.kind == Kind.UPLOAD)
        done.to_redact += [row.name for row in rows if row.kind == Kind.REDACTION]
    done.uploads = remove_uploads(uploads)
    Session.objects.filter(expires_at__lte=Now(), deleted_at=None).update(deleted_at=Now())
    run = purge(is_forced=True, rest=at_once)
    done.sessions, done.left = run.sessions, run.sessions_left
    done.projects = erase_deleted_projects()
    done.without_owner = projects_without_owner() if done.accounts else []
    return done


def redact(public_ids: Iterable[str]) -> int:
    """After the files are back, because sealed records are written anew."""
    redacted = [pk for public_id in public_ids if (pk := redact_again(public_id)) is not None]
    for pk in redacted:
        with suppress(NotYet):  # its job goes on
            erase_recordings(pk)
    return len(redacted)


def forget_samples() -> None:
    """Nobody can tell which of them have been taken back since; those without a link lead to nobody any more.

    Nor is any made of what has expired, whose project may have left the programme: it counts as deleted.
    """
    ImprovementSample.objects.filter(pk__in=SampleLink.objects.values("sample")).delete()


def end_staff_access() -> None:
    """An admin may have ended it after the backup; whoever still needs it asks anew."""
    StaffGrant.objects.filter(ended_at=None, until__gt=Now()).update(ended_at=Now())


def remember(rows: Sequence[Deletion]) -> None:
    """For the next backup, and so that they are not written to the storage once more."""
    Deletion.objects.bulk_create(rows, ignore_conflicts=True)
    for kind in Kind:
        names = [row.name for row in rows if row.kind == kind]
        Deletion.objects.filter(kind=kind, name__in=names).update(is_written=True)


def bury_again(rows: Sequence[Deletion]) -> None:
    """Also sessions that had come after the backup: their late data is still late."""
    known = set(Project.objects.values_list("pk", "created_at"))
    stones = {
        (row.project_number, digest): Tombstone(
            project_id=row.project_number,
            digest=bytes.fromhex(digest),
            buried_at=row.at,
            until=row.at + LIFE,
        )
        for row in rows
        if (row.project_number, row.project_created_at) in known and row.at + LIFE > timezone.now()
        for digest in row.tombstones
    }
    Tombstone.objects.bulk_create(stones.values(), ignore_conflicts=True)


def put_out_of_reach(rows: Sequence[Deletion]) -> None:
    sessions = [row.name for row in rows if row.kind == Kind.SESSION]
    Session.objects.filter(public_id__in=sessions, deleted_at=None).update(
        deleted_at=Now(), expires_at=Now() - LONG_AGO
    )
    for row in rows:
        if row.kind == Kind.PROJECT:
            living = Project.objects.filter(
                pk=row.project_number, created_at=row.project_created_at, deleted_at=None
            )
            living.update(deleted_at=Now(), slug=f"{DELETED}{row.project_number}")


def erase_accounts(rows: Sequence[Deletion]) -> int:
    gone = [
        user
        for row in rows
        if row.kind == Kind.ACCOUNT
        for user in User.objects.filter(pk=row.project_number, joined_at=row.project_created_at)
    ]
    for user in gone:
        erase_account(user)
    return len(gone)


def projects_without_owner() -> list[str]:
    owned = Membership.objects.filter(role=Role.OWNER).values("project")
    return list(Project.objects.filter(deleted_at=None).exclude(pk__in=owned).values_list("slug", flat=True))


def remove_uploads(names: set[str]) -> int:
    """Each upload that no session is named in is looked at, because its name is keyed."""
    if not names:
        return 0
    unassigned = Batch.objects.filter(session=None).values_list("pk", "project_id", "digest")
    found = [
        pk
        for pk, project_id, digest in unassigned.iterator()
        if names.intersection(upload_names(project_id, bytes(digest)))
    ]
    for start in range(0, len(found), ROWS_AT_ONCE):
        Batch.objects.filter(pk__in=found[start : start + ROWS_AT_ONCE]).delete()
    return len(found)


def erase_deleted_projects() -> int:
    """One that takes longer is out of reach, and the worker goes on."""
    deleted = list(Project.objects.filter(deleted_at__isnull=False).values_list("pk", flat=True))
    for project_id in deleted:
        with suppress(NotYet):
            erase_project(project_id)
    return len(deleted)


def chunks(deletions: Iterable[Deletion]) -> Iterator[list[Deletion]]:
    left = iter(deletions)
    while chunk := list(islice(left, ROWS_AT_ONCE)):
        yield chunk


def at_once() -> None:
    """Nobody else works on these rows, so there is nobody to make room for."""
