"""Whatever happens in whatever order, each session is as an independent oracle says."""

import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as plain_settings
from django.db.models import F
from django.utils import timezone
from hypothesis import given, note, settings
from hypothesis import strategies as st

from observability.ingest.telemetry import accept_telemetry
from observability.journal.codec import decode
from observability.journal.seal import seal_session
from observability.models import Batch, Deletion, Recording, Session, Tombstone
from observability.models import Job as JobRow
from observability.queries.records import records_of
from observability.records import Record
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from observability.retention.purge import purge
from observability.sessions.tombstones import is_buried, job_name
from projects.models import Plan, Project
from projects.secrets import fingerprint
from tests.recordings.left import all_files, spooled_files
from tests.recordings.uploads import audio_part, form_of, header_part
from tests.retention import oracle
from tests.retention.failing import refused_deletes, storage_is_down
from tests.retention.test_erase import Killed, killed_at
from tests.sending import PROTOBUF, spans

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
JOBS = ("AJ_a", "AJ_b", "AJ_c")
PLANS = {"build": 3, "ship": 10, "scale": 30, "enterprise": 90}
TABLES = ["observability_batch", "observability_recording", "observability_session", "observability_archive"]

job, part = st.sampled_from(JOBS), st.integers(1, 3)
STEPS = st.one_of(
    st.tuples(st.just("telemetry"), job, part),
    st.tuples(st.just("telemetry"), job, part),
    st.tuples(st.just("audio"), job),
    st.tuples(st.just("seal"), job),
    st.tuples(st.just("plan"), st.sampled_from(sorted(PLANS))),
    st.tuples(st.just("days"), st.sampled_from([1, 2, 7, 20, 39, 40])),
    st.tuples(st.just("delete"), job),
    st.tuples(st.just("erase"), job),
    st.tuples(st.just("purge")),
    st.tuples(st.just("killed_purge"), st.integers(0, 12)),
    st.tuples(st.just("refused_purge"), st.sampled_from(TABLES)),
    st.tuples(st.just("purge_without_storage")),
)


@dataclass
class History:
    """One project, and what the oracle knows of it."""

    project: Project
    accept: Callable[..., Any]
    today: int = 0
    plan_days: int = PLANS["build"]
    jobs: dict[str, oracle.Job] = field(default_factory=lambda: {name: oracle.Job() for name in JOBS})

    def telemetry(self, name: str, number: int) -> None:
        body = spans(f"part {number}", job=name, room=f"RM_{name}", first_id=number)
        accept_telemetry(self.fresh(), "traces", body, PROTOBUF, now=timezone.now())
        if self.jobs[name].receives(self.today, self.plan_days):
            self.jobs[name].parts.add(number)

    def audio(self, name: str) -> None:
        self.accept(form_of(header_part(job_id=name, room_id=f"RM_{name}"), audio_part()), to=self.fresh())
        if self.jobs[name].receives(self.today, self.plan_days):
            self.jobs[name].has_audio = True

    def seal(self, name: str) -> None:
        for session in Session.objects.for_project(self.project).filter(job_id=name):
            Session.objects.filter(pk=session.pk).update(status=Session.Status.ENDED)
            seal_session(session.pk)

    def plan(self, slug: str) -> None:
        Project.objects.filter(pk=self.project.pk).update(plan=slug)
        self.plan_days = PLANS[slug]

    def days(self, count: int) -> None:
        """Pass: every end comes nearer. The day of the first receipt is in the keys of files, and stays."""
        past = timedelta(days=count, seconds=1)
        Session.objects.update(expires_at=F("expires_at") - past)
        Session.objects.exclude(deleted_at=None).update(deleted_at=F("deleted_at") - past)
        Tombstone.objects.update(buried_at=F("buried_at") - past, until=F("until") - past)
        Deletion.objects.update(at=F("at") - past, until=F("until") - past)
        self.today += count

    def delete(self, name: str) -> None:
        for session in Session.objects.for_project(self.project).filter(job_id=name):
            delete_session(session)
        self.jobs[name].is_deleted_by_a_person(self.today)

    def erase(self, name: str) -> None:
        """By the worker's job, of whichever session it was."""
        for pk in Session.objects.filter(job_id=name).values_list("pk", flat=True):
            erase(pk, rest=at_once)
        if self.jobs[name].is_due(self.today):
            self.jobs[name].is_erased(self.today)

    def purge(self) -> None:
        run = purge(is_forced=True, rest=at_once)
        assert run.sessions_left == 0
        for each in self.jobs.values():
            if each.is_due(self.today):
                each.is_erased(self.today)

    def killed_purge(self, step: int) -> None:
        with suppress(Killed):
            purge(is_forced=True, rest=killed_at(step))
        self.see_how_far_it_came()

    def refused_purge(self, table: str) -> None:
        """The database refuses, in the middle of a step."""
        with refused_deletes(table):
            purge(is_forced=True, rest=at_once)
        self.see_how_far_it_came()

    def purge_without_storage(self) -> None:
        with storage_is_down():
            purge(is_forced=True, rest=at_once)
        self.see_how_far_it_came()

    def see_how_far_it_came(self) -> None:
        """An interrupted purge has erased a session, or only buried it, or not come to it."""
        for name, each in self.jobs.items():
            if each.is_due(self.today):
                if not Session.objects.filter(job_id=name).exists():
                    each.is_erased(self.today)
                elif (stands := stone_stands_for(self.project, name)) == oracle.TOMBSTONE_DAYS:
                    each.buried_until = self.today + stands

    def fresh(self) -> Project:
        return Project.objects.select_related("plan", "privacy").get(pk=self.project.pk)

    def check(self) -> None:
        for name, each in self.jobs.items():
            check_job(self.project, name, each, self.today)


def check_job(project: Project, name: str, each: oracle.Job, today: int) -> None:
    rows = Session.objects.filter(project=project, job_id=name)
    reachable = Session.objects.for_project(project).filter(job_id=name).first()
    assert (reachable is not None, rows.exists()) == (each.is_reachable(today), each.is_here)
    assert stone_stands_for(project, name) == max(0, each.buried_until - today)
    for row in rows.filter(deleted_at=None):
        left = row.expires_at - row.first_received_at
        assert math.ceil(left / timedelta(days=1)) == each.expires - today
    parts = {f"part {number}" for number in each.parts}
    for batch in Batch.objects.filter(session__in=rows):  # out of reach too: nothing late is kept
        assert spans_in(decode(bytes(batch.payload))) <= parts
    if reachable:
        assert spans_in(records_of(reachable)) == parts
        assert Recording.objects.filter(session=reachable).count() == each.has_audio


def spans_in(records: Iterable[Record]) -> set[str]:
    return {record["name"] for record in records if record["signal"] == "span"}


def check_nothing_is_nobodys(seen: set[str]) -> None:
    """Rows and files are of sessions that are here, and no other session's id is in any of them."""
    here = {str(public_id) for public_id in Session.objects.values_list("public_id", flat=True)}
    seen |= here
    gone = seen - here
    files = [key for key in all_files() if not key.startswith("deletions/")]
    assert [key for key in files if any(public_id in key for public_id in gone)] == []
    assert all(any(public_id in key for public_id in here) for key in files)
    assert len(spooled_files()) == Recording.objects.filter(place=Recording.Place.SPOOL).count()
    assert not Batch.objects.filter(session=None).exists()
    pks = set(Session.objects.values_list("pk", flat=True))
    of_sessions = ["erase-recordings", "remove-obsolete-archives", "seal-session"]
    assert set(JobRow.objects.filter(kind__in=of_sessions).values_list("object_id", flat=True)) <= pks


def stone_stands_for(project: Project, name: str) -> int:
    """Days from now, a begun one counted; 0 if late data would begin a session."""
    if not is_buried(project.pk, job_name(name), late_records=0):
        return 0
    digest = fingerprint(f"{project.pk} {job_name(name)}")
    left = Tombstone.objects.get(project=project, digest=digest).until - timezone.now()
    return math.ceil(left / timedelta(days=1))


def at_once() -> None:
    """No pause between small steps."""


@pytest.fixture
def begin(project, accept):
    def begin() -> History:
        """Anew, with nothing of the history before."""
        for model in (Recording, Batch, JobRow, Session, Tombstone, Deletion):
            model.objects.all().delete()
        for path in plain_settings.MEDIA_ROOT, plain_settings.SPOOL_DIR:
            for file in path.rglob("*"):
                if file.is_file():
                    file.unlink()
        for slug, days in PLANS.items():
            Plan.objects.filter(slug=slug).update(retention_days=days)
        Project.objects.filter(pk=project.pk).update(plan="build")
        return History(project, accept)

    return begin


@given(steps=st.lists(STEPS, min_size=5, max_size=25))
@settings(max_examples=40)
def test_each_session_is_as_the_oracle_says_after_every_step(begin, steps):
    history, seen = begin(), set()
    for name, *arguments in steps:
        note(f"day {history.today}: {name} {arguments}")
        getattr(history, name)(*arguments)
        history.check()
        check_nothing_is_nobodys(seen)
    history.purge()
    history.check()
    check_nothing_is_nobodys(seen)
