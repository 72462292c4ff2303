"""Batches that lean on one another lose nothing, whatever becomes of their session.

Only PostgreSQL has them; not collected with SQLite (conftest.py).
"""

import time
from types import SimpleNamespace

import orjson
import pytest
from django.db import transaction
from django.utils import timezone

from config.statements import fetched
from observability.ingest.telemetry import accept_telemetry
from observability.journal import bases
from observability.journal import read as reading
from observability.journal.append_together import base_of
from observability.journal.archive import ArchiveLost
from observability.journal.bases import REMEMBERED_S
from observability.journal.lines import span_lines_of
from observability.journal.read import Place, batches_of, later_batches_of, place_of
from observability.journal.rewrite import rewrite_rows
from observability.journal.seal import begun, replace_rows, seal_session
from observability.models import Archive, Batch, Session
from observability.queries.records import records_of
from observability.retention import erase as erasing
from observability.retention.erase import Erased, remove_rows_below
from tests.ingest.test_privacy_at_the_door import asking_for_redaction
from tests.journal.test_bases import SAID
from tests.journal.test_seal import storage
from tests.sending import PROTOBUF, spans

__all__ = ["storage"]

pytestmark = pytest.mark.django_db(transaction=True)
UPLOADS = 8
CONTENT = "gen_ai.input.messages"


def say(project, number: int, *, job: str = "AJ_1", change=lambda body: body) -> None:
    """A request to a model, which repeats all that was said until then."""
    body = spans("llm_request", job=job, first_id=number, **{CONTENT: SAID[: 10_000 + 50 * number]})
    accept_telemetry(project, "traces", change(body), PROTOBUF, now=timezone.now())


@pytest.fixture
def session(project):
    for number in range(1, UPLOADS + 1):
        say(project, number)
    return Session.objects.get()


def said_in(session) -> list[int]:
    """Length of what each span tells."""
    return [len(record["attributes"][CONTENT]) for record in records_of(session)]


def expected(uploads: int = UPLOADS) -> list[int]:
    return [10_000 + 50 * number for number in range(1, uploads + 1)]


def bases_of(session) -> list[int | None]:
    return list(Batch.objects.filter(session=session).order_by("seq").values_list("base_seq", flat=True))


def test_later_uploads_lean_on_the_first_that_a_process_appends_at_once(session):
    """The very first begins its session, step by step."""
    assert bases_of(session) == [None, None, *[2] * (UPLOADS - 2)]
    assert said_in(session) == expected()
    sizes = [len(payload) for payload in session.batches.order_by("seq").values_list("payload", flat=True)]
    assert max(sizes[2:]) < 0.1 * sizes[1]


def test_its_spans_are_answered_as_they_lie(session):
    assert [orjson.loads(line) for line in span_lines_of(session)] == records_of(session)


def test_reading_goes_on_after_a_place_whose_bases_come_before_it(session):
    batch = session.batches.get(seq=5)

    later = later_batches_of(session, Place(batch.seq, bytes(batch.digest)))

    assert [len(record["attributes"][CONTENT]) for [record] in later.batches] == expected()[5:]
    assert later.place == place_of(session)


def test_journal_whose_base_has_gone_is_lost_and_not_another(session):
    session.batches.filter(seq=2).delete()

    with pytest.raises(ArchiveLost, match="3 leans on 2"):
        batches_of(session)


def test_reading_on_sees_all_rows_as_they_were_at_one_moment(session, monkeypatch):
    """A redaction between two reads would leave what leans with another's text."""
    batch = session.batches.get(seq=5)
    asked = []
    monkeypatch.setattr(reading, "fetched", lambda *words: asked.append(words) or fetched(*words))

    later_batches_of(session, Place(batch.seq, bytes(batch.digest)))

    assert len(asked) == 1


@pytest.mark.parametrize("change", [{"base_seq": 1}, {"record_count": 0}])
def test_row_that_leans_itself_or_holds_nothing_is_no_base(session, project, change):
    """A restored database may have one under the number that a process remembers, from another process."""
    session.batches.filter(seq=2).update(**change)
    assert base_of(project.pk, "AJ_1", "traces") is not None

    say(project, UPLOADS + 1)

    assert session.batches.get(seq=UPLOADS + 1).base_seq is None


def test_what_is_half_erased_can_be_read_to_its_end(session, monkeypatch):
    """What leans goes before what it leans on."""
    monkeypatch.setattr(erasing, "ROWS_AT_ONCE", 3)
    left = []

    def look() -> None:
        left.append(len(batches_of(session)))

    remove_rows_below([session], Erased(), look)

    assert {UPLOADS - 3, UPLOADS - 6, 0} <= set(left)


def test_upload_that_asks_for_redaction_leaves_nothing_to_lean_on_in_memory(session, project):
    say(project, UPLOADS + 1, change=asking_for_redaction)

    assert base_of(project.pk, "AJ_1", "traces") is None


def test_what_nobody_leans_on_goes_from_memory_whatever_else_is_sent(session, project, monkeypatch):
    """The session may be deleted, and its agent go on."""
    clock = SimpleNamespace(now_s=time.monotonic())
    monkeypatch.setattr(bases, "time", SimpleNamespace(monotonic=lambda: clock.now_s))
    for number in range(3):
        clock.now_s += 0.6 * REMEMBERED_S
        body = spans("short", job="AJ_1", first_id=100 + number)
        accept_telemetry(project, "traces", body, PROTOBUF, now=timezone.now())

    assert base_of(project.pk, "AJ_1", "traces") is None


def test_sealed_session_is_the_same(session, storage):
    assert seal_session(session.pk)

    assert said_in(Session.objects.get()) == expected()


def test_what_comes_while_its_object_is_written_leans_no_more_on_what_goes(session, project, storage):
    before = begun(session)
    made = Archive(
        pk=before.pk,
        session=session,
        name=before.being_written[-1],
        revision=1,
        through_seq=session.cursor,
        sealed_at=timezone.now(),
    )
    say(project, UPLOADS + 1)

    assert replace_rows(before, made)

    [late] = Batch.objects.all()
    assert (late.seq, late.base_seq) == (UPLOADS + 1, None)
    assert len(batches_of_row(late)[0]["attributes"][CONTENT]) == expected(UPLOADS + 1)[-1]


def batches_of_row(batch):
    """As a session of that batch alone."""
    Session.objects.filter(pk=batch.session_id).update(sealed_seq=0, cursor=1)
    Archive.objects.all().delete()
    Batch.objects.filter(pk=batch.pk).update(seq=1)
    [records] = batches_of(Session.objects.get(pk=batch.session_id))
    return records


def test_what_comes_after_sealing_leans_on_nothing(session, project, storage):
    seal_session(session.pk)

    say(project, UPLOADS + 1)

    assert bases_of(session) == [None]
    assert said_in(Session.objects.get()) == expected(UPLOADS + 1)


def test_base_that_is_not_there_any_more_is_leant_on_by_no_further_upload(session, project):
    """A database that was restored has other uploads, or none, under the numbers that a process remembers."""
    session.batches.filter(seq__gt=1).delete()
    Session.objects.update(cursor=1, span_count=1)

    for number in (3, 4, 5):
        say(project, number)

    assert bases_of(session) == [None, None, None, 3]
    assert said_in(Session.objects.get()) == [10_050, 10_150, 10_200, 10_250]


def test_another_upload_under_the_number_of_a_base_is_not_taken_for_it(session, project):
    session.batches.filter(seq__gt=2).delete()
    session.batches.filter(seq=2).update(digest=b"another's digest")
    Session.objects.update(cursor=2, span_count=2)

    say(project, 3)

    assert bases_of(session) == [None, None, None]


def test_repetition_adds_nothing(session, project):
    say(project, 5)

    assert said_in(Session.objects.get()) == expected()
    assert Session.objects.get().duplicate_count == 1


def test_redaction_that_comes_late_leaves_nothing_that_leans_and_nothing_of_what_was_said(session, project):
    say(project, UPLOADS + 1, change=asking_for_redaction)
    say(project, UPLOADS + 2)

    assert set(bases_of(session)) == {None}
    assert SAID[:100] not in str(batches_of(Session.objects.get()))
    assert len(records_of(Session.objects.get())) == UPLOADS + 2


def test_writing_a_journal_anew_changes_nothing_that_is_to_stay(session):
    with transaction.atomic():
        rewrite_rows(session.pk, lambda records: records)

    assert set(bases_of(session)) == {None}
    assert said_in(session) == expected()


def test_two_sessions_lean_each_on_its_own(session, project):
    for number in range(1, 5):
        say(project, number, job="AJ_2")

    other = Session.objects.get(job_id="AJ_2")
    assert bases_of(other) == [None, None, 2, 2]
    assert (said_in(other), said_in(session)) == (expected(4), expected())
