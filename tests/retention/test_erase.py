"""What erasing promises: nothing is left, wherever it was interrupted, and nothing else is touched."""

import pytest

from observability.models import Batch, Job, Recording, Session, Tombstone, Waveform
from observability.recordings import files
from observability.recordings.waveform import analyse_recording
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from tests.people import SessionFactory
from tests.recordings.left import spooled_files, stored_files
from tests.recordings.uploads import upload
from tests.retention.erasing import erase_session, expire

DOWN = "http://127.0.0.1:9"


class Killed(BaseException):
    """As by SIGKILL: nobody catches it."""


def killed_at(step: int):
    """A rest during which the process is killed, the `step`th time."""
    taken = iter(range(step))

    def rest() -> None:
        if next(taken, None) is None:
            raise Killed

    return rest


def left() -> dict[str, int]:
    rows = {model.__name__: model.objects.count() for model in (Session, Batch, Recording, Waveform)}
    return rows | {"Job": Job.objects.count(), "file": len(stored_files()), "spooled": len(spooled_files())}


NOTHING = dict.fromkeys(["Session", "Batch", "Recording", "Waveform", "Job", "file", "spooled"], 0)


def test_an_expired_session_leaves_nothing(talk):
    analyse_recording(Recording.objects.get().pk)
    size_bytes = sum(len(content) for content in stored_files().values())
    expire(talk)

    erased = erase(talk.pk)

    assert left() == NOTHING
    assert (erased.sessions, erased.files, erased.bytes) == (1, 2, size_bytes)


def test_killed_at_any_step_it_goes_on_where_it_was(replay):
    steps = 0
    while True:
        session = replay("python/1.8.9_second_session")
        analyse_recording(session.recordings.get().pk)
        expire(session)
        try:
            erase(session.pk, rest=killed_at(steps))
        except Killed:
            erase(session.pk)
            assert left() == NOTHING, f"killed at step {steps}"
        else:
            break
        Tombstone.objects.all().delete()
        steps += 1

    assert steps > 4


def test_a_session_that_lives_is_not_erased(talk):
    before = left()

    assert erase(talk.pk).rows == 0
    assert left() == before


def test_what_a_worker_leaves_beside_the_files_goes_too(talk):
    folder = files.storages["default"].path(f"recordings/{talk.project_id}/{talk.public_id}")
    (files.Path(folder) / "1.ogg.0a1b.half").write_bytes(b"half a recording")

    erase_session(talk)

    assert stored_files() == {}
    assert not files.Path(folder).exists()


def test_a_neighbour_keeps_everything(talk, project, accept):
    neighbour = SessionFactory(project=project, job_id="AJ_1", room_id="RM_1")
    accept(upload())

    erase_session(talk)

    assert list(Session.objects.all()) == [neighbour]
    assert (neighbour.batches.count(), neighbour.recordings.count(), len(stored_files())) == (1, 1, 1)


def test_while_the_bucket_is_down_nothing_is_forgotten(accept, server, use_bucket):
    use_bucket(server.url)
    session = Session.objects.get(pk=accept(upload()).kept.session_id)
    use_bucket(DOWN)
    delete_session(session)

    with pytest.raises(files.StorageFailed):
        erase(session.pk)
    assert Recording.objects.count() == 1

    use_bucket(server.url)
    erase(session.pk)

    assert (server.objects, Session.objects.count()) == ({}, 0)


def test_what_lies_in_another_servers_spool_is_waited_for(accept, server, use_bucket, settings, tmp_path):
    use_bucket(DOWN)
    session = Session.objects.get(pk=accept(upload()).kept.session_id)
    settings.SPOOL_DIR = tmp_path
    use_bucket(server.url)
    delete_session(session)

    with pytest.raises(files.OnOtherServer):
        erase(session.pk)

    assert Session.objects.count() == 1
