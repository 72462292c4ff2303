"""What people who may see the sessions are told of an export, and the file that they get."""

import re
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.http import Http404

from observability.exports.selection import sessions_of
from observability.models import Export, Session
from observability.recordings import files
from observability.recordings.playback import Served
from projects.models import Project

MAX_NAME = 60
NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")


def export_in(project: Project, public_id: UUID, *, may_hear: bool, session: Session | None = None) -> Export:
    """The project's export, of `session` alone if one is given.

    The same Http404 for one that is void, has expired, is another's, or holds audio that whoever asks may not hear,
    or that nobody may since redaction was asked for.
    """
    kept = Export.objects.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), project=project)
    export = kept.select_related("project").filter(public_id=public_id).first()
    sessions = sessions_of(export) if export else None
    if export is None or sessions is None:
        raise Http404
    if session is not None and [each.pk for each in sessions] != [session.pk]:
        raise Http404
    if export.holds_audio and (not may_hear or any(each.is_redacted for each in sessions)):
        raise Http404
    return export


def file_of(export: Export) -> Served:
    """Http404 unless it is ready."""
    if export.state != Export.State.READY or export.size_bytes is None:
        raise Http404
    return Served(
        size_bytes=export.size_bytes,
        sha256=export.sha256,
        content_type="application/zip",
        disposition=f'attachment; filename="{file_name(export)}"',
        read=lambda first, last: files.read_object(export.key, first=first, last=last),
    )


def file_name(export: Export) -> str:
    """Letters, digits and hyphens: senders choose the names of rooms and agents."""
    sessions = sessions_of(export) or []
    if len(sessions) != 1:
        day = export.created_at.strftime("%Y-%m-%d")
        return f"{len(sessions)}-sessions-{day}.zip"
    session = sessions[0]
    words = plain(session.room_name) or plain(session.agent_name) or "session"
    return f"{words}-{session.first_received_at.strftime('%Y-%m-%d')}.zip"


def plain(text: str) -> str:
    return NOT_PLAIN.sub("-", text)[:MAX_NAME].strip("-")
