"""Keeps anonymous samples of sessions that end their life in the programme, and takes them back when it ends.

Rules and reasons: docs/model-improvement.md.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from random import sample
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from observability.models import ImprovementSample, SampleLink, Session
from observability.queries.records import records_and_timeline_of
from observability.records import Record
from observability.retention.naming import Caller, digits_of, known_by
from observability.timeline.samples import Sample, samples_of
from projects.models import Project
from projects.secrets import fingerprint, fingerprints

logger = logging.getLogger(__name__)

LEDGER_LIFE = timedelta(days=90)
TAKEN_BACK_AT_ONCE = 200
MOST_CALLERS = 100
"""Each sample's link has all of them. A session that names more leaves no samples."""


def reasons_against(session: Session) -> list[str]:
    """Why nothing of the session may be kept, in sentences; [] if samples may be."""
    project = session.project
    reasons = {
        "Model improvement is switched off on this server.": not settings.MODEL_IMPROVEMENT,
        f"The {project.plan.name} plan is not in the programme.": not project.plan.in_model_improvement,
        "The session began while the project was not in the programme.": not session.in_model_improvement,
        "The project has changed its plan since the session began.": (
            project.plan_since > session.first_received_at
        ),
        "The session was deleted.": session.deleted_at is not None,
        "Redaction was asked for.": session.is_redacted,
        "It was a simulation.": session.is_simulated,
        "It was imported, and may come from a project outside the programme.": session.imported_at
        is not None,
    }
    return [reason for reason, applies in reasons.items() if applies]


def keep_samples(session: Session) -> int:
    """Called when the session is erased: how many samples were kept. May run twice; whatever fails, nothing is kept."""
    if reasons_against(session):
        return 0
    try:
        records, timeline = records_and_timeline_of(session)
        return write(session, samples_of(timeline), callers_in(records))
    except IntegrityError:  # another purge was first
        return 0
    except Exception as fault:  # whatever it is, it may not keep an expired session here
        logger.warning("No samples of session %s: %s", session.pk, type(fault).__name__)
        return 0


@transaction.atomic
def write(session: Session, samples: list[Sample], callers: list[str]) -> int:
    month = session.first_received_at.date().replace(day=1)
    # Not even the order in which rows lie in the table shall tell how a conversation went.
    rows = [ImprovementSample(month=month, content=content) for content in sample(samples, len(samples))]
    digest = fingerprint(name_of(session))
    links = [
        SampleLink(
            project_id=session.project_id,
            session=digest,
            position=position,
            callers=callers,
            sample=row,
            until=Now() + LEDGER_LIFE,
        )
        for position, row in enumerate(rows)
    ]
    ImprovementSample.objects.bulk_create(rows)
    SampleLink.objects.bulk_create(links)
    return len(rows)


def name_of(session: Session) -> str:
    return f"{session.project_id} sampled {session.public_id}"


def callers_in(records: Iterable[Record]) -> list[str]:
    """Fingerprints of every identity and number by which somebody may ask to be erased. Raises ValueError."""
    names: set[str] = set()
    for record in records:
        names.update(known_by(record))
        if len(names) > MOST_CALLERS:
            raise ValueError("Too many callers to find each of them again.")
    return sorted(fingerprint(f"caller {name}").hex() for name in names)


def take_back_of_caller(project: Project, caller: Caller) -> int:
    asked = [caller.identity, digits_of(caller.phone)]
    wanted = {digest.hex() for each in asked if each for digest in fingerprints(f"caller {each}")}
    links = SampleLink.objects.filter(project=project).only("pk", "sample_id", "callers")
    return remove([link.sample_id for link in links.iterator() if wanted.intersection(link.callers)])


def take_back_of_project(project: Project) -> int:
    return remove_all(SampleLink.objects.filter(project=project))


def take_back() -> int:
    """What the programme may not hold any more. Links that have stood their time go alone: nothing leads back then."""
    has_left = Q(project__plan__in_model_improvement=False) | Q(project__deleted_at__isnull=False)
    # And has come back, before anybody looked.
    has_left_and_returned = Q(until__lt=F("project__plan_since") + LEDGER_LIFE)
    links = SampleLink.objects.all()
    if settings.MODEL_IMPROVEMENT:
        links = links.filter(has_left | has_left_and_returned)
    removed = remove_all(links)
    SampleLink.objects.filter(until__lte=Now()).delete()
    return removed


def remove_all(links: "QuerySet[SampleLink]") -> int:
    removed = 0
    while found := list(links.order_by("pk").values_list("sample_id", flat=True)[:TAKEN_BACK_AT_ONCE]):
        removed += remove(found)
    return removed


def remove(samples: list[UUID]) -> int:
    """Their links go with them."""
    ImprovementSample.objects.filter(pk__in=samples).delete()
    return len(samples)
