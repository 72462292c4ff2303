"""Remembers refusals, so that Connect can say what is wrong with an agent's set-up.

A misconfigured fleet sends thousands: each process writes a row at most once a second for the same reason and
adds what it counted in between.
"""

import logging
import threading
import time
from collections import Counter

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from observability.ingest.credentials import bearer_token, named_key
from observability.ingest.refusals import Refused, Unavailable
from observability.models import Refusal
from projects.access import api_keys_named, project_at
from projects.models import Project

logger = logging.getLogger(__name__)

WRITE_EVERY_S = 1.0
MAX_WRITES_PER_S = 5
"""Of one project. Senders choose the keys they name, so rows may not grow with what they make up."""
MAX_REMEMBERED = 1_000
MAX_ROWS_PER_PROJECT = 50

Key = tuple[str | None, str, str, str]

_counted: Counter[Key] = Counter()
_written_at: dict[Key, float] = {}
_writes: dict[tuple[str | None, int], int] = {}
_lock = threading.Lock()


def note_refusal(refusal: Refused, request: HttpRequest, *, signal: str, project: str | None) -> None:
    """Never fails the answer: the refusal matters more than its count.

    `project`: the slug of the sender's, or of the one that the address names.
    """
    if isinstance(refusal, Unavailable):
        return
    try:
        api_key = key_of(request)
        for slug in refusal.concerns or (project,):
            key = (slug, refusal.reason, signal, api_key)
            count = due(key)
            if count:
                write(key, str(refusal), count)
    except DatabaseError as error:
        logger.warning("A refusal could not be noted: %s", str(error).partition("\n")[0])
    except Exception:
        logger.exception("A refusal could not be noted")


def forget_refusals() -> None:
    """As a new process begins; what is written stays."""
    with _lock:
        _counted.clear()
        _written_at.clear()
        _writes.clear()


def key_of(request: HttpRequest) -> str:
    """The API key that the sender names, as far as it can be read."""
    try:
        return named_key(bearer_token(request.META.get("HTTP_AUTHORIZATION", "")))[:120]
    except Refused:
        return ""


def due(key: Key) -> int:
    """How many refusals are to be written now; 0 while the last writing is fresh or the project's turn is over."""
    now = time.monotonic()
    with _lock:
        if len(_counted) + len(_written_at) + len(_writes) > MAX_REMEMBERED:
            _counted.clear()
            _written_at.clear()
            _writes.clear()
        _counted[key] += 1
        second = (key[0], int(now))
        if (
            now - _written_at.get(key, -WRITE_EVERY_S) < WRITE_EVERY_S
            or _writes.get(second, 0) >= MAX_WRITES_PER_S
        ):
            return 0
        _written_at[key] = now
        _writes[second] = _writes.get(second, 0) + 1
        return _counted.pop(key)


def write(key: Key, message: str, count: int) -> None:
    """Refusals that name no project of ours are nobody's to see."""
    slug, reason, signal, api_key = key
    project = project_meant(slug, api_key)
    if project is None:
        return
    now = timezone.now()
    with transaction.atomic():
        row, is_new = Refusal.objects.get_or_create(
            project=project,
            reason=reason,
            signal=signal,
            key=api_key,
            defaults={"message": message[:300], "count": count, "first_at": now, "last_at": now},
        )
        if is_new:
            forget_oldest(project)
        else:
            Refusal.objects.filter(pk=row.pk).update(
                count=F("count") + count, message=message[:300], last_at=now
            )


def project_meant(slug: str | None, api_key: str) -> Project | None:
    """Of an upload to the bare URL: the only project that has a key of that name."""
    if slug is not None:
        return project_at(slug)
    candidates = api_keys_named(api_key, None) if api_key else []
    return candidates[0].project if len(candidates) == 1 else None


def forget_oldest(project: Project) -> None:
    stale = Refusal.objects.filter(project=project).order_by("-last_at").values_list("pk", flat=True)
    Refusal.objects.filter(pk__in=list(stale[MAX_ROWS_PER_PROJECT:])).delete()
