"""Recording uploads that come twice, or at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from observability.models import Recording, Session
from tests.people import SessionFactory
from tests.recordings.left import kinds_of, spooled_files, stored_files
from tests.recordings.uploads import (
    AUDIO_START_S,
    upload,
)


def test_same_upload_again_adds_nothing(accept):
    accept(upload())

    again = [accept(upload()) for _ in range(3)]

    session = Session.objects.get()
    assert (kinds_of(session), session.recordings.count()) == ([["recording_header", "chat_item"]], 1)
    assert [(a.is_new, a.kept.duplicates, a.recording_id) for a in again] == [
        (False, 2, session.recordings.get().pk)
    ] * 3
    assert len(stored_files()) == 1
    assert spooled_files() == []


def test_other_audio_for_the_same_job_is_a_second_revision(accept, project):
    accept(upload(audio=b"OggS first"))
    accept(upload(audio=b"OggS second"))

    session = Session.objects.get()
    folder = f"recordings/{project.pk}/{session.public_id}"
    assert stored_files() == {f"{folder}/1.ogg": b"OggS first", f"{folder}/2.ogg": b"OggS second"}
    assert list(session.recordings.order_by("revision").values_list("revision", flat=True)) == [1, 2]


def test_upload_without_a_job_goes_where_it_went_before_even_if_a_nearer_session_has_come(accept, project):
    accept(upload(job_id=""))
    first = Session.objects.get()
    SessionFactory(project=project, room_id="RM_1", job_id="AJ_late", started_ns=AUDIO_START_S * 10**9)

    accept(upload(job_id=""))

    assert list(Recording.objects.values_list("session_id", flat=True)) == [first.pk]


def test_upload_without_a_job_brings_no_expired_session_back(accept):
    accept(upload(job_id=""))
    Session.objects.update(expires_at=timezone.now() - timedelta(milliseconds=1))

    again = accept(upload(job_id=""))

    assert (Session.objects.count(), Recording.objects.count()) == (1, 1)
    assert (again.kept.stored, again.recording_id) == (0, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("job_id", "room_id"),
    [("AJ_1", "RM_1"), ("", "RM_1"), ("", "")],
    ids=["by job", "by room", "by their bytes"],
)
def test_ten_uploads_of_the_same_at_once_show_once(accept, job_id, room_id):
    def send(_):
        try:
            return accept(upload(job_id=job_id, room_id=room_id)).is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as senders:
        new = list(senders.map(send, range(10)))

    session = Session.objects.get()
    assert (sorted(new)[-2:], session.recordings.count()) == ([False, True], 1)
    assert kinds_of(session) == [["recording_header", "chat_item"]]
    assert (len(stored_files()), spooled_files()) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_different_uploads_for_one_job_at_once_are_all_kept(accept):
    def send(number):
        try:
            accept(upload(audio=b"OggS %d" % number))
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as senders:
        list(senders.map(send, range(10)))

    assert sorted(Recording.objects.values_list("revision", flat=True)) == list(range(1, 11))
    assert sorted(stored_files().values()) == sorted(b"OggS %d" % number for number in range(10))
