"""Nothing that arrives later brings a session back."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from observability.journal.seal import seal_session
from observability.models import Batch, Recording, Session, Tombstone
from observability.retention.purge import purge
from projects.secrets import _cipher
from tests.captured import captured
from tests.recordings.left import spooled_files, stored_files
from tests.recordings.uploads import audio_part, form_of, header_part
from tests.retention.erasing import erase_session, expire
from tests.sending import spans

RUN = "python/1.8.9_second_session"


def send_all(agent, run=RUN):
    statuses = set()
    for request in captured(run):
        path = f"/p/acme/observability/{request.signal}/v0" if request.signal == "recordings" else None
        headers = {"Content-Encoding": "gzip"} if request.header("content-encoding") == "gzip" else {}
        answer = agent.send(
            request.signal, request.body, content_type=request.content_type, path=path, **headers
        )
        statuses.add(answer.status_code)
    return statuses


def of_a_job():
    return Batch.objects.exclude(session=None).count(), Session.objects.count(), Recording.objects.count()


@pytest.fixture
def gone(agent, project):
    """A session of a real SDK that was received, deleted and erased."""
    assert send_all(agent) == {200}
    session = Session.objects.get()
    erase_session(session)
    return session


def test_a_deleted_session_is_not_begun_anew_by_all_of_its_data(gone, agent):
    assert send_all(agent) == {200}

    assert of_a_job() == (0, 0, 0)
    assert (stored_files(), spooled_files()) == ({}, [])
    assert sum(Tombstone.objects.values_list("discarded_count", flat=True)) > 50


def test_a_purged_session_is_not_either(agent, project):
    send_all(agent)
    expire(Session.objects.get())
    purge()

    assert send_all(agent) == {200}
    assert of_a_job() == (0, 0, 0)


def test_a_recording_that_names_only_the_room_is_late_too(gone, agent):
    late = form_of(header_part(job_id="", room_id=gone.room_id), audio_part())

    answer = agent.send(
        "recordings",
        late,
        content_type="multipart/form-data; boundary=7e9004244280445193e4ca2a8fb42b77",
        path="/p/acme/observability/recordings/v0",
    )

    assert (answer.status_code, of_a_job(), spooled_files()) == (200, (0, 0, 0), [])


def test_a_tombstone_tells_nothing_of_what_it_stands_for(gone):
    stones = Tombstone.objects.values_list("digest", flat=True)

    assert {len(stone) for stone in stones} == {32}
    assert all(gone.job_id.encode() not in bytes(stone) for stone in stones)


def test_a_tombstone_outlives_a_change_of_the_key(gone, agent, settings):
    settings.SECRETS_KEY_OLD = [settings.SECRETS_KEY]
    settings.SECRETS_KEY = "another key"
    _cipher.cache_clear()

    agent.send("traces", spans("late", job=gone.job_id))

    _cipher.cache_clear()
    assert of_a_job() == (0, 0, 0)


def test_the_same_job_of_another_project_is_another_session(gone, other_project, stranger):
    from projects.actions import register_api_key
    from tests.sending import Agent

    register_api_key(other_project, "APIother", "other-secret-of-thirty-two-bytes!", by=stranger)
    other = Agent("/p/other", key="APIother", secret="other-secret-of-thirty-two-bytes!")

    other.send("traces", spans("first", job=gone.job_id))

    assert Session.objects.get().project == other_project


def test_the_usual_upload_never_looks_for_one(agent, project):
    agent.send("traces", spans("first"))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        agent.send("traces", gzip.decompress(gzip.compress(spans("second", first_id=2))))

    assert [query["sql"] for query in queries if "tombstone" in query["sql"]] == []
    assert Batch.objects.count() == 2


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_recording_that_names_nothing_is_known_when_it_comes_again(accept, is_sealed):
    nameless = form_of(header_part(job_id="", room_id=""), audio_part())
    session = Session.objects.get(pk=accept(nameless).kept.session_id)
    if is_sealed:
        seal_session(session.pk)
    erase_session(session)

    again = accept(nameless)

    assert (again.kept.session_id, again.recording_id) == (None, None)
    assert (Session.objects.count(), stored_files(), spooled_files()) == (0, {}, [])
