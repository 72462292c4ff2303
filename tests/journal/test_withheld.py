"""Redaction that is asked for while sealed records are out of reach: shown to nobody from then on, redacted later."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from observability import jobs
from observability.journal.read import batches_of
from observability.journal.seal import ask_for_sealing, seal_session
from observability.models import Archive, Batch, Export, Job, Session
from observability.queries.records import records_of, timeline_of
from observability.retention.callers import erase_caller
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from observability.retention.holdings import holdings
from observability.retention.naming import Caller
from observability.sessions.allowed import redact_sealed
from tests.ingest.test_privacy_at_the_door import NUMBER, asking_for_redaction
from tests.journal.test_seal import HOUR, files_in, storage
from tests.retention.failing import storage_is_down
from tests.sending import logs, spans

__all__ = ["storage"]
REDACT = "redact-sealed"
SECRET = "5551234567"


@pytest.fixture
def sealed(agent, storage):
    agent.send("logs", logs(f"my number is {NUMBER}"))
    session = Session.objects.get()
    seal_session(session.pk)
    return session


@pytest.fixture
def withheld(sealed, agent):
    with storage_is_down():
        answer = agent.send("traces", asking_for_redaction(spans("llm_node", first_id=2)))
    assert answer.status_code == 200
    return Session.objects.get()


def work(kind=REDACT):
    Job.objects.filter(kind=kind).update(run_after=timezone.now())
    for job in Job.objects.filter(kind=kind, state=Job.State.WAITING):
        jobs.run(job.pk)


class Killed(BaseException):
    """Between two statements, as by the kernel."""


@contextmanager
def killed_after_a_transaction():
    around, within = len(connection.savepoint_ids), False

    def go_on(execute, sql, params, many, context):
        nonlocal within
        is_within = len(connection.savepoint_ids) > around or sql.startswith("RELEASE")
        if within and not is_within:
            raise Killed
        within = is_within
        return execute(sql, params, many, context)

    with connection.execute_wrapper(go_on):
        yield
        raise Killed


def signals(session):
    return sorted(record["signal"] for record in records_of(session))


def test_the_upload_is_kept_and_what_was_sealed_is_read_by_nobody(withheld):
    assert (withheld.is_redacted, withheld.span_count) == (True, 1)
    assert signals(withheld) == ["span"]
    assert SECRET not in str(batches_of(withheld))


def test_while_the_storage_is_down_it_is_waited_for(withheld, storage):
    with storage_is_down():
        work()

    assert Job.objects.get(kind=REDACT).state == Job.State.WAITING
    assert len(files_in(storage)) == 1


def test_then_the_records_are_back_without_what_had_to_go(withheld, storage):
    assert timeline_of(withheld).logs == ()

    work()
    work("remove-obsolete-archives")

    session = Session.objects.get()
    assert signals(session) == ["log", "span"]
    assert SECRET not in str(records_of(session))
    assert files_in(storage) == []
    assert session.has_news
    assert len(timeline_of(session).logs) == 1


def test_it_may_run_twice(withheld, agent):
    job_id = Job.objects.get(kind=REDACT).object_id
    jobs.function_of(REDACT)(job_id)
    jobs.function_of(REDACT)(job_id)

    assert signals(Session.objects.get()) == ["log", "span"]
    assert list(Batch.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]


def test_killed_once_the_records_are_back_they_are_summarised_all_the_same(withheld):
    Session.objects.update(has_news=False)
    with pytest.raises(Killed), killed_after_a_transaction():
        redact_sealed(withheld.pk)

    redact_sealed(withheld.pk)

    assert signals(Session.objects.get()) == ["log", "span"]
    assert Session.objects.get().has_news


def test_the_same_upload_again_is_still_known(withheld, agent):
    agent.send("logs", logs(f"my number is {NUMBER}"))
    work()
    agent.send("logs", logs(f"my number is {NUMBER}"))

    assert signals(Session.objects.get()) == ["log", "span"]


def test_nothing_is_sealed_over_it(withheld):
    Session.objects.update(status=Session.Status.ENDED)
    ask_for_sealing(now=timezone.now() + HOUR)
    work("seal-session")
    assert Job.objects.get(kind="seal-session").state == Job.State.WAITING

    work()
    work("seal-session")

    session = Session.objects.get()
    assert session.is_sealed
    assert signals(session) == ["log", "span"]


def test_an_object_that_is_lost_brings_nothing_back(withheld, storage):
    [name] = files_in(storage)
    (storage / name).unlink()

    work()

    assert signals(Session.objects.get()) == ["span"]
    assert Archive.objects.get().withheld == ""


def test_it_is_no_orphan_and_goes_into_backups(withheld, storage):
    [key] = files_in(storage)
    [archives] = [each for each in holdings() if each.prefix == "archive/"]

    assert archives.claimed([key]) == {key}
    assert list(archives.expected()) == [key]


def test_it_goes_with_its_session(withheld, storage):
    delete_session(withheld)
    erase(withheld.pk)

    assert files_in(storage) == []
    assert not Job.objects.filter(kind=REDACT).exists()


def test_nobody_knows_whether_a_caller_is_in_it(withheld, project):
    erased = erase_caller(project, Caller(phone=NUMBER))

    assert erased.unread == [str(withheld.public_id)]


def test_a_zip_that_was_made_without_it_is_made_anew(withheld, project):
    export = Export.objects.create(
        project=project, session_count=1, may_hold_audio=False, request="", key="", state=Export.State.READY
    )
    export.sessions.set([withheld])

    work()

    export.refresh_from_db()
    assert export.expires_at <= timezone.now()


def test_a_restored_database_asks_for_it_again(withheld):
    Job.objects.all().delete()

    ask_for_sealing(now=timezone.now())
    work()

    assert signals(Session.objects.get()) == ["log", "span"]
