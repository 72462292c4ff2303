"""Asks for a zip of sessions. The same person asking for the same again gets the one that is made or still good."""

import hashlib
from collections.abc import Sequence
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from observability import jobs
from observability.exports.selection import version_of
from observability.limits import MAX_EXPORTS_UNDER_WAY
from observability.models import Export, Session
from projects.audit import Onlooker
from projects.models import Project

PREFIX = "exports/"
BUILD_EXPORT = "build-export"


class TooManyExports(Exception):
    """The project waits for as many as it may."""


def ask_for_export(
    project: Project, sessions: Sequence[Session], *, asker: Onlooker, may_hear: bool
) -> Export:
    """One that is under way, or ready with the sessions as they are now; else a new one, which a worker makes.

    Raises TooManyExports.
    """
    request = request_of(sessions, asker, may_hear=may_hear)
    return same_as(request, sessions) or begun(
        project, sessions, asker=asker, may_hear=may_hear, request=request
    )


def request_of(sessions: Sequence[Session], asker: Onlooker, *, may_hear: bool) -> str:
    who = f"user {asker.user.pk}" if asker.user else f"token {asker.token.pk if asker.token else 0}"
    ids = sorted(str(session.public_id) for session in sessions)
    return hashlib.sha256(" ".join([who, str(may_hear), *ids]).encode()).hexdigest()


def same_as(request: str, sessions: Sequence[Session]) -> Export | None:
    """Index: export_of_request."""
    is_fresh = Q(state=Export.State.READY, version=version_of(sessions), expires_at__gt=Now())
    same = Export.objects.filter(is_fresh | Q(state__in=Export.UNDER_WAY), request=request)
    return same.order_by("-pk").first()


def begun(
    project: Project, sessions: Sequence[Session], *, asker: Onlooker, may_hear: bool, request: str
) -> Export:
    if Export.objects.filter(project=project, state__in=Export.UNDER_WAY).count() >= MAX_EXPORTS_UNDER_WAY:
        raise TooManyExports("This project waits for other downloads. Try again when one of them is ready.")
    try:
        with transaction.atomic():
            export = Export.objects.create(
                project=project,
                session_count=len(sessions),
                asked_by=asker.user,
                asked_with=asker.token,
                may_hold_audio=may_hear,
                request=request,
                key=key_of(project, sessions),
            )
            export.sessions.set(sessions)
            jobs.submit(BUILD_EXPORT, export.pk)
    except IntegrityError:
        # Asked twice in the same moment: the other one has begun it.
        return Export.objects.filter(request=request).latest("pk")
    return export


def key_of(project: Project, sessions: Sequence[Session]) -> str:
    """Made of ids only."""
    of = str(sessions[0].public_id) if len(sessions) == 1 else "several"
    return f"{PREFIX}{project.pk}/{of}/{uuid4()}.zip"


def another_key(export: Export) -> str:
    """In the same folder."""
    return f"{export.key.rpartition('/')[0]}/{uuid4()}.zip"
