"""Notes what must not come back with a backup from before, in the transaction that deletes it.

From here it is written to the storage (retention/deletions.py), where it outlives the database.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models.functions import Now

from accounts.models import User
from observability.models import Batch, Deletion, Session
from projects.models import Project
from projects.secrets import fingerprint, fingerprints


def note_sessions(sessions: Sequence[tuple[Session, Sequence[bytes]]], *, stones_until: datetime) -> None:
    """With their tombstones; until their own date without the deletion, or their tombstones' if that is later."""
    _note(
        *(
            _row(
                Deletion.Kind.SESSION,
                number_of(session.project),
                str(session.public_id),
                tombstones=[digest.hex() for digest in digests],
                until=max(session.expires_at, stones_until),
            )
            for session, digests in sessions
        )
    )


def note_redaction(session: Session) -> None:
    """Of what had come before redaction was asked for."""
    _note(
        _row(
            Deletion.Kind.REDACTION,
            number_of(session.project),
            str(session.public_id),
            until=session.expires_at,
        )
    )


def note_upload(batch: Batch, *, until: datetime) -> None:
    """Of records that name no session; `batch.project` must be loaded."""
    name = fingerprint(_upload(batch.project_id, bytes(batch.digest))).hex()
    _note(_row(Deletion.Kind.UPLOAD, number_of(batch.project), name, until=until))


def note_project(project: Project) -> None:
    _note(_row(Deletion.Kind.PROJECT, number_of(project), "", until=None))


def note_account(user: User) -> None:
    _note(_row(Deletion.Kind.ACCOUNT, (user.pk, user.joined_at), "", until=None))


def upload_names(project_id: int, digest: bytes) -> list[str]:
    """The names that `note_upload` may have given it, by the key in use and by older ones."""
    return [name.hex() for name in fingerprints(_upload(project_id, digest))]


def number_of(project: Project) -> tuple[int, datetime]:
    return project.pk, project.created_at


def _note(*rows: Deletion) -> None:
    Deletion.objects.bulk_create(rows, ignore_conflicts=True)


def _row(
    kind: Deletion.Kind,
    number: tuple[int, datetime],
    name: str,
    *,
    until: datetime | None,
    tombstones: Sequence[str] = (),
) -> Deletion:
    return Deletion(
        kind=kind,
        project_number=number[0],
        project_created_at=number[1],
        name=name,
        tombstones=list(tombstones),
        at=Now(),
        until=until,
    )


def _upload(project_id: int, digest: bytes) -> str:
    return f"{project_id} unassigned {digest.hex()}"
