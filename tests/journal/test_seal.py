"""A sealed session is the same session, in one object instead of many rows."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from observability import jobs
from observability.journal import read as reading
from observability.journal import seal as sealing
from observability.journal.archive import ArchiveLost
from observability.journal.read import batches_of
from observability.journal.seal import ask_for_sealing, seal_session
from observability.limits import SEAL_AFTER_S
from observability.models import Archive, Batch, Job, Session
from observability.queries.arrivals import signals_of
from observability.queries.records import context_of, records_of
from observability.storage import objects
from observability.storage.bucket import StorageFailed
from observability.timeline import build
from tests.captured import RUNS
from tests.ingest.test_privacy_at_the_door import NUMBER, asking_for_redaction
from tests.pages.reading import session_args
from tests.sending import logs, spans

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    """A folder of its own, so that what lies in it can be told."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    return tmp_path


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.glob("archive/**/*") if path.is_file())


def timeline_of(session):
    session = Session.objects.get(pk=session.pk)
    return build(batches_of(session), context=replace(context_of(session), now_ns=0))


def by_kind(session):
    records = records_of(Session.objects.get(pk=session.pk))
    kinds = ("recording_header", "span", "log", "metric", "chat_item")
    return {kind: [record for record in records if record["signal"] == kind] for kind in kinds}


@pytest.mark.parametrize("run", RUNS)
def test_timeline_and_records_are_the_same_before_and_after(replay, run):
    session = replay(run)
    before = timeline_of(session), by_kind(session), signals_of(session)

    assert seal_session(session.pk)

    assert (timeline_of(session), by_kind(session), signals_of(session)) == before
    assert Batch.objects.filter(session=session).count() == 0


def test_seal_leaves_one_object_in_the_folder_of_project_and_day(front_desk, storage):
    seal_session(front_desk.pk)

    archive = Archive.objects.get(session=front_desk)
    day = front_desk.first_received_at.date().isoformat()
    assert files_in(storage) == [archive.name]
    assert archive.name.startswith(
        f"archive/project={front_desk.project_id}/date={day}/{front_desk.public_id}/1-"
    )
    assert archive.size_bytes == (storage / archive.name).stat().st_size
    session = Session.objects.get(pk=front_desk.pk)
    assert (session.is_sealed, session.sealed_seq) == (True, session.cursor)


def test_sealing_again_without_news_does_nothing(front_desk, storage):
    seal_session(front_desk.pk)
    before = files_in(storage)

    assert not seal_session(front_desk.pk)
    assert (files_in(storage), Archive.objects.get().revision) == (before, 1)


def test_what_comes_after_is_sealed_with_the_rest_and_the_older_object_goes(agent, project, storage):
    agent.send("traces", spans("job_entrypoint"))
    session = Session.objects.get()
    seal_session(session.pk)
    agent.send("traces", spans("llm_node", first_id=7))
    assert not Session.objects.get().is_sealed
    assert [span["name"] for span in records_of(Session.objects.get())] == ["job_entrypoint", "llm_node"]

    assert seal_session(session.pk)

    assert [span["name"] for span in records_of(Session.objects.get())] == ["job_entrypoint", "llm_node"]
    archive = Archive.objects.get()
    assert (archive.revision, archive.record_count, archive.obsolete) == (2, 2, [])
    assert files_in(storage) == [archive.name]


def test_upload_that_was_sealed_adds_nothing_when_it_comes_again(agent, project):
    for _ in range(2):
        agent.send("traces", spans("llm_node", "tts_node"))
        agent.send("logs", logs("hello", "hello"))
        seal_session(Session.objects.get().pk)

    session = Session.objects.get()
    assert (session.span_count, session.log_count, session.duplicate_count, session.cursor) == (2, 2, 4, 2)
    assert len(records_of(session)) == 4
    assert session.is_sealed


@pytest.mark.parametrize("step", ["replace_rows", "remove_obsolete"])
def test_seal_that_is_cut_off_is_done_by_the_next_attempt(agent, storage, monkeypatch, step):
    agent.send("traces", spans("job_entrypoint"))
    session = Session.objects.get()
    seal_session(session.pk)
    agent.send("traces", spans("llm_node", first_id=7))

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(sealing, step, die)
        with pytest.raises(KeyboardInterrupt):
            seal_session(session.pk)
    assert [span["name"] for span in records_of(Session.objects.get())] == ["job_entrypoint", "llm_node"]
    seal_session(session.pk)
    agent.send("traces", spans("tts_node", first_id=9))
    seal_session(session.pk)

    assert len(records_of(Session.objects.get())) == 3
    assert files_in(storage) == [Archive.objects.get().name]


def test_older_object_whose_removal_failed_is_removed_by_its_job(agent, storage, monkeypatch):
    agent.send("traces", spans("job_entrypoint"))
    session = Session.objects.get()
    seal_session(session.pk)
    agent.send("traces", spans("llm_node", first_id=7))

    def fail(_):
        raise StorageFailed("away")

    with monkeypatch.context() as away:
        away.setattr(sealing, "remove_obsolete", fail)
        with pytest.raises(StorageFailed):
            seal_session(session.pk)
    assert len(files_in(storage)) == 2
    jobs.run(Job.objects.get(kind="remove-obsolete-archives").pk)

    assert files_in(storage) == [Archive.objects.get().name]


def test_redaction_that_comes_while_the_object_is_written_leaves_none_of_it(agent, storage, monkeypatch):
    agent.send("logs", logs(f"my number is {NUMBER}"))
    session = Session.objects.get()
    write = objects.write

    def write_and_redact(*what, **how):
        write(*what, **how)
        agent.send("traces", asking_for_redaction(spans("llm_node", first_id=2)))

    monkeypatch.setattr(objects, "write", write_and_redact)

    assert not seal_session(session.pk)
    assert files_in(storage) == []
    assert "5551234567" not in str(records_of(Session.objects.get()))


def test_reader_sees_all_of_a_session_that_is_opened_again_meanwhile(agent, monkeypatch):
    agent.send("logs", logs(f"my number is {NUMBER}"))
    session = Session.objects.get()
    seal_session(session.pk)
    read, rows_of = [], reading.rows_of

    def rows_and_redaction(of):
        rows = rows_of(of)
        if not read:
            read.append(of)
            agent.send("traces", asking_for_redaction(spans("llm_node", first_id=2)))
        return rows

    monkeypatch.setattr(reading, "rows_of", rows_and_redaction)

    assert len(records_of(session)) == 2


def test_attempt_that_was_overtaken_leaves_no_object(agent, storage, monkeypatch):
    agent.send("traces", spans("job_entrypoint"))
    session = Session.objects.get()
    write = objects.write

    def write_and_be_overtaken(*what, **how):
        write(*what, **how)
        monkeypatch.setattr(objects, "write", write)
        assert seal_session(session.pk)

    monkeypatch.setattr(objects, "write", write_and_be_overtaken)

    assert not seal_session(session.pk)
    assert files_in(storage) == [Archive.objects.get().name]
    assert len(records_of(Session.objects.get())) == 1


def test_session_without_a_job_is_found_by_its_uploads_and_so_not_sealed(agent):
    agent.send("traces", spans("job_entrypoint"))
    Session.objects.update(job_id="")

    assert ask_for_sealing(now=timezone.now() + HOUR) == 0


def test_object_that_does_not_read_back_leaves_the_rows(front_desk, monkeypatch):
    monkeypatch.setattr(sealing, "unpacked", lambda content: [])

    with pytest.raises(ArchiveLost, match="does not read back"):
        seal_session(front_desk.pk)

    assert Batch.objects.filter(session=front_desk).exists()
    assert not Session.objects.get(pk=front_desk.pk).is_sealed


def test_redaction_asked_for_late_reaches_what_is_sealed(agent, project, storage):
    agent.send("logs", logs(f"my number is {NUMBER}"))
    session = Session.objects.get()
    seal_session(session.pk)
    [sealed] = files_in(storage)

    agent.send("traces", asking_for_redaction(spans("llm_node", first_id=2)))

    assert "5551234567" not in str(records_of(Session.objects.get()))
    assert len(records_of(Session.objects.get())) == 2
    job = Job.objects.get(kind="remove-obsolete-archives")
    jobs.run(job.pk)
    assert files_in(storage) == []
    assert seal_session(session.pk)
    assert len(records_of(Session.objects.get())) == 2
    assert [sealed] != files_in(storage) != []
    agent.send("logs", logs(f"my number is {NUMBER}"))
    assert len(records_of(Session.objects.get())) == 2


def test_equal_lines_stay_as_many_when_a_sealed_session_is_redacted_late(agent, project):
    for number in range(1, 11):
        agent.send("traces", spans("llm_node", first_id=number))
    agent.send("logs", logs(*["tick"] * 50))
    session = Session.objects.get()
    seal_session(session.pk)

    agent.send("traces", asking_for_redaction(spans("llm_node", first_id=99)))

    assert len(by_kind(session)["log"]) == 50
    assert len(by_kind(session)["span"]) == 11
    seal_session(session.pk)
    assert len(by_kind(session)["log"]) == 50


def test_session_whose_object_is_gone_says_so_in_page_and_api(front_desk, storage, owner_client):
    seal_session(front_desk.pk)
    (storage / Archive.objects.get().name).unlink()
    Session.objects.update(ended_ns=F("ended_ns") + 1)  # so that no timeline in memory is of this state

    page = owner_client.get(reverse("observability:session-show", args=session_args(front_desk)))
    answer = owner_client.get(f"/api/v1/projects/acme/sessions/{front_desk.public_id}/spans/")

    assert (page.status_code, answer.status_code) == (410, 410)
    assert "The records of this session are lost" in page.content.decode()
    assert "lost" in answer.json()["error"]["message"]
    assert owner_client.get(reverse("observability:session-list", args=["acme"])).status_code == 200


def test_damaged_object_is_not_taken_for_records(front_desk, storage):
    seal_session(front_desk.pk)
    path = storage / Archive.objects.get().name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))

    with pytest.raises(ArchiveLost):
        records_of(Session.objects.get(pk=front_desk.pk))


def test_sealing_is_asked_for_once_a_session_is_over_and_silent(agent):
    agent.send("traces", spans("llm_node"))
    agent.send("traces", spans("job_entrypoint", job="AJ_2", room="RM_2"))
    late = timezone.now() + timedelta(seconds=SEAL_AFTER_S + 1)

    assert ask_for_sealing(now=timezone.now()) == 0
    assert ask_for_sealing(now=late) == 1
    assert ask_for_sealing(now=late) == 0
    job = Job.objects.get(kind="seal-session")
    assert job.object_id == Session.objects.get(job_id="AJ_2").pk


def test_session_that_cannot_be_sealed_is_left_alone_until_more_comes(agent):
    agent.send("traces", spans("job_entrypoint"))
    session = Session.objects.get()
    Job.objects.create(
        kind="seal-session",
        object_id=session.pk,
        state="set-aside",
        run_after=timezone.now(),
        finished_at=timezone.now(),
    )

    assert ask_for_sealing(now=timezone.now() + HOUR) == 0
    agent.send("traces", spans("llm_node", first_id=5))
    assert ask_for_sealing(now=timezone.now() + HOUR) == 1


def test_expired_session_is_not_sealed_any_more(agent):
    agent.send("traces", spans("job_entrypoint"))
    Session.objects.update(expires_at=timezone.now() - HOUR)

    assert ask_for_sealing(now=timezone.now() + HOUR) == 0


def test_no_more_wait_to_be_sealed_than_the_queue_bears_and_the_next_sweep_goes_on(agent, monkeypatch):
    monkeypatch.setattr(sealing, "MAX_WAITING", 2)
    for number in range(5):
        agent.send("traces", spans("job_entrypoint", job=f"AJ_{number}", room=f"RM_{number}"))

    asked = []
    for done in (0, 1, 2):
        for job in Job.objects.filter(kind="seal-session", state="waiting").order_by("pk")[:done]:
            jobs.run(job.pk)
        asked.append(ask_for_sealing(now=timezone.now() + HOUR))

    assert asked == [2, 1, 2]
    assert Session.objects.filter(is_sealed=True).count() == 3


@pytest.mark.django_db(transaction=True)
def test_uploads_that_come_while_a_session_is_sealed_are_all_kept(agent, project):
    agent.send("traces", spans("job_entrypoint", job="AJ_1"))
    session = Session.objects.get()
    is_over = threading.Event()

    def seal_on():
        try:
            while not is_over.is_set():
                seal_session(session.pk)
        finally:
            connection.close()

    sealer = threading.Thread(target=seal_on)
    sealer.start()
    try:
        for number in range(40):
            assert agent.send("traces", spans(f"span {number}", first_id=100 + number)).status_code == 200
    finally:
        is_over.set()
        sealer.join()
    seal_session(session.pk)

    assert {span["name"] for span in records_of(Session.objects.get())} == {
        "job_entrypoint",
        *(f"span {number}" for number in range(40)),
    }
    assert Batch.objects.count() == 0
