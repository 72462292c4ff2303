"""Recording uploads of which not everything, or nothing, may be kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from observability.models import Recording, Session
from observability.recordings.accept import SwitchedOff
from tests.people import SessionFactory
from tests.recordings.left import kinds_of, spooled_files, stored_files
from tests.recordings.uploads import (
    audio_part,
    form_of,
    header_part,
    upload,
)


@pytest.mark.parametrize(
    ("switch", "kept_kinds", "recordings", "discarded"),
    [
        ("audio", [["recording_header", "chat_item"]], 0, {"audio": 1}),
        ("transcripts", [["recording_header"]], 1, {"transcript": 1}),
    ],
)
def test_what_the_project_has_switched_off_is_counted_and_not_kept(
    accept, project, switch, kept_kinds, recordings, discarded
):
    setattr(project.privacy, switch, False)
    project.privacy.save()

    accept(upload())
    accept(upload())

    session = Session.objects.get()
    assert (kinds_of(session), session.recordings.count()) == (kept_kinds, recordings)
    assert session.discarded == discarded
    assert len(stored_files()) == recordings
    assert spooled_files() == []


def test_voices_are_not_kept_where_redaction_was_asked_for(accept):
    accept(form_of(header_part(redaction_enabled=True), audio_part()))

    assert (Recording.objects.count(), stored_files(), spooled_files()) == (0, {}, [])
    assert Session.objects.get().discarded == {"audio": 1}


def test_project_that_records_nothing_keeps_nothing(accept, project):
    project.privacy.observability = False
    project.privacy.save()

    for body in (upload(), form_of(header_part())):
        with pytest.raises(SwitchedOff):
            accept(body)

    assert (Session.objects.count(), stored_files(), spooled_files()) == (0, {}, [])


def test_upload_for_a_session_beyond_its_death_date_brings_nothing_back(accept, project):
    session = SessionFactory(project=project, job_id="AJ_1", expires_at=timezone.now() - timedelta(seconds=1))

    accepted = accept(upload(job_id="AJ_1"))

    assert (kinds_of(session), Recording.objects.count(), stored_files()) == ([], 0, {})
    assert accepted.recording_id is None
