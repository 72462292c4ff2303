"""Recordings that arrive while the storage fails, on a server that is not the workers'."""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from config.celery import SCHEDULE
from observability import jobs
from observability.models import Job, Recording, Session
from observability.recordings import files, spool, store
from observability.tasks import sweep_spool
from tests.recordings.left import spooled_files, stored_files
from tests.recordings.uploads import captured_recording, upload

KEEP_SPOOL_SWEPT = store.keep_spool_swept


@pytest.fixture
def storage(monkeypatch):
    """`storage.fail()` until `storage.mend()`."""
    put = files._put

    class Storage:
        def fail(self):
            monkeypatch.setattr(files, "_put", self.refuse)

        def mend(self):
            monkeypatch.setattr(files, "_put", put)

        def refuse(self, source, key):
            raise files.StorageFailed("The storage is down.")

    return Storage()


@pytest.fixture
def on_worker(settings, tmp_path):
    """Run all jobs that wait, some of them several times, where the spool is another."""

    def on_worker() -> None:
        here, settings.SPOOL_DIR = settings.SPOOL_DIR, tmp_path
        for _ in range(jobs.MAX_ATTEMPTS + 1):
            Job.objects.filter(state=Job.State.WAITING).update(run_after=timezone.now())
            for job_id in list(Job.objects.filter(state=Job.State.WAITING).values_list("pk", flat=True)):
                jobs.run(job_id)
        settings.SPOOL_DIR = here

    return on_worker


def states():
    return dict(Job.objects.values_list("kind", "state"))


def test_recording_kept_on_another_server_waits_for_that_server(accept, storage, on_worker):
    storage.fail()
    request = captured_recording("python/1.8.9_second_session")
    accept(request.body, content_type=request.content_type)
    storage.mend()

    on_worker()
    waiting = states()
    store.sweep_spool(now=timezone.now())
    due = Job.objects.filter(run_after__lte=timezone.now()).count()
    on_worker()

    recording = Recording.objects.get()
    assert set(waiting.values()) == {"waiting"}
    assert (recording.place, due, spooled_files()) == (Recording.Place.STORAGE, 2, [])
    assert (set(states().values()), recording.channels, recording.waveform.problem) == ({"done"}, 2, "")


def test_recording_that_was_set_aside_is_looked_at_again_once_it_is_stored(accept, storage):
    storage.fail()
    accept(upload())
    Job.objects.update(state=Job.State.SET_ASIDE)
    storage.mend()

    store.sweep_spool(now=timezone.now())

    again = Job.objects.filter(state=Job.State.WAITING).values_list("kind", flat=True)
    assert sorted(again) == ["analyse-recording", "inspect-recording"]


def test_recording_that_was_looked_at_in_the_spool_is_not_looked_at_again(accept, storage):
    storage.fail()
    accept(upload())
    Job.objects.update(state=Job.State.DONE)
    storage.mend()

    store.sweep_spool(now=timezone.now())

    assert (len(stored_files()), set(states().values())) == (1, {"done"})


def test_job_put_off_while_the_upload_was_moved_is_due_at_once(accept, monkeypatch):
    move = files.move_to_storage

    def move_slowly(recording):
        Job.objects.update(run_after=timezone.now() + timedelta(minutes=2))
        return move(recording)

    monkeypatch.setattr(files, "move_to_storage", move_slowly)
    accept(upload())

    due = Job.objects.filter(run_after__lte=timezone.now()).values_list("kind", flat=True)
    assert sorted(due) == ["analyse-recording", "inspect-recording"]


def test_sweep_asks_a_storage_that_fails_only_once(accept, storage, monkeypatch):
    storage.fail()
    for number in range(3):
        accept(upload(audio=b"OggS %d" % number))
    asked = []
    monkeypatch.setattr(files, "_put", lambda source, key: asked.append(key) or storage.refuse(source, key))

    store.sweep_spool(now=timezone.now())

    assert (len(asked), len(spooled_files())) == (1, 3)


def test_sweep_passes_over_what_goes_meanwhile(accept, storage, monkeypatch):
    storage.fail()
    for number in range(2):
        accept(upload(job_id=f"AJ_{number}", audio=b"OggS %d" % number))
    storage.mend()
    move = files.move_to_storage

    def move_what_is_left(recording):
        if recording.session.job_id == "AJ_0":
            spool.forget(recording.name)
            Session.objects.filter(job_id="AJ_0").delete()
        return move(recording)

    monkeypatch.setattr(files, "move_to_storage", move_what_is_left)
    store.sweep_spool(now=timezone.now())

    assert list(stored_files().values()) == [b"OggS 1"]


def test_task_removes_what_killed_processes_left(accept, storage):
    storage.fail()
    accept(upload())
    [kept] = spooled_files()
    left = [Path(settings.SPOOL_DIR) / "0123.part", Path(settings.SPOOL_DIR) / "kept" / "0123.ogg"]
    for path in left:
        path.write_bytes(b"x")
    for path in [kept, *left]:
        os.utime(path, (0, 0))

    sweep_spool()

    assert spooled_files() == [kept]
    assert sweep_spool.name in [entry["task"] for entry in SCHEDULE.values()]


def test_server_looks_after_its_spool_once_something_was_left_in_it(monkeypatch):
    swept = []
    monkeypatch.setattr(store, "_sweeper", None)
    monkeypatch.setattr(store, "sweep_until", lambda _: swept.append("spool"))
    KEEP_SPOOL_SWEPT()
    before = list(swept)

    spool.kept_dir().mkdir(parents=True)
    (spool.kept_dir() / "0123.ogg").write_bytes(b"x")
    KEEP_SPOOL_SWEPT()
    store._sweeper.join()

    assert (before, swept) == ([], ["spool"])


@pytest.mark.django_db(transaction=True)
def test_sweeper_moves_the_recording_when_the_storage_is_back_and_outlives_errors(
    accept, storage, monkeypatch, caplog
):
    storage.fail()
    accept(upload())
    storage.mend()
    errors, sweep = [OSError("The disk is full."), OSError("Still.")], store.sweep_spool
    monkeypatch.setattr(store, "SWEEP_EVERY_S", 0.01)
    monkeypatch.setattr(store, "sweep_spool", lambda now: fail(errors.pop()) if errors else sweep(now=now))

    stopped = threading.Event()
    sweeper = threading.Thread(target=store.sweep_until, args=(stopped,))
    sweeper.start()
    deadline = time.monotonic() + 10
    while Recording.objects.get().place == Recording.Place.SPOOL and time.monotonic() < deadline:
        time.sleep(0.01)
    stopped.set()
    sweeper.join()

    assert (Recording.objects.get().place, len(stored_files()), spooled_files()) == ("storage", 1, [])
    assert caplog.text.count("The spool could not be swept.") == 2


def fail(error):
    raise error
