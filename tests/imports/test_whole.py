"""A session is imported as a whole or not at all, whatever happens meanwhile."""

import threading
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection

from observability.imports import keep as keeping
from observability.imports import run as running
from observability.models import Batch, Recording, Session
from tests.imports.conftest import by_kind, take_in


def left_of(project, settings):
    files = [
        path
        for folder in (settings.SPOOL_DIR, settings.MEDIA_ROOT)
        for path in folder.rglob(f"*/{project.pk}/*")
    ]
    return (
        Session.objects.filter(project=project).count(),
        Batch.objects.filter(project=project).count(),
        Recording.objects.filter(session__project=project).count(),
        files + [path for path in settings.SPOOL_DIR.rglob("*") if path.is_file()],
    )


@pytest.mark.parametrize("fault", [DatabaseError("away"), OSError("full")], ids=str)
@pytest.mark.parametrize("step", ["begun", "add_audio", "settle"])
def test_fault_in_the_middle_leaves_nothing_and_is_told(
    talk, zip_of, other_project, settings, monkeypatch, fault, step
):
    content = zip_of(talk)

    def fail(*_):
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(keeping, step, fail)
        [outcome] = take_in(other_project, content)

    assert (outcome.state, outcome.session_id) == ("refused", "")
    assert left_of(other_project, settings) == (0, 0, 0, [])
    assert take_in(other_project, content)[0].state == "imported"


def test_process_that_dies_in_the_middle_leaves_no_session(
    talk, zip_of, other_project, settings, monkeypatch
):
    content = zip_of(talk)

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(keeping, "settle", die)

    with pytest.raises(KeyboardInterrupt):
        take_in(other_project, content)
    assert left_of(other_project, settings) == (0, 0, 0, [])


def test_one_session_that_fails_costs_the_others_of_its_zip_nothing(
    replay, download, other_project, monkeypatch
):
    sessions = [replay("python/1.8.9_second_session"), replay("python/1.5.1")]
    content = download(*sessions).content
    commit = running.commit

    def fail_once(project, plan, *, now):
        if plan.bundle.facts.job_id == sessions[0].job_id:
            raise OSError
        return commit(project, plan, now=now)

    monkeypatch.setattr(running, "commit", fail_once)

    states = {each.job_id: each.state for each in take_in(other_project, content)}

    assert states == {sessions[0].job_id: "refused", sessions[1].job_id: "imported"}


def test_disk_without_room_takes_no_recording(talk, zip_of, other_project, settings, monkeypatch):
    monkeypatch.setattr("observability.imports.plan.SPARE_BYTES", 2**60)

    [outcome] = take_in(other_project, zip_of(talk))

    assert (outcome.state, "no room" in outcome.message) == ("refused", True)
    assert left_of(other_project, settings) == (0, 0, 0, [])


@pytest.mark.django_db(transaction=True)
def test_the_same_zip_at_the_same_moment_is_imported_once(talk, zip_of, other_project, settings, monkeypatch):
    content = zip_of(talk)
    planned, both_have_planned = running.planned, threading.Barrier(2, timeout=30)
    states = []

    @contextmanager
    def planned_together(*args, **named):
        with planned(*args, **named) as plan:
            if plan.before is None:
                both_have_planned.wait()
            yield plan

    monkeypatch.setattr(running, "planned", planned_together)

    def run():
        try:
            states.append(take_in(other_project, content)[0].state)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(states) == ["already-here", "imported"]
    sessions, _, recordings, files = left_of(other_project, settings)
    assert (sessions, recordings) == (1, 1)
    assert not [path for path in files if settings.SPOOL_DIR in path.parents]
    assert by_kind(Session.objects.get(project=other_project)) == by_kind(talk)
