"""A zip is taken back with what it was made of, or an hour after it was made."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.http import Http404

from config.celery import SCHEDULE
from observability import tasks
from observability.exports.build import tell
from observability.exports.fetch import export_in
from observability.exports.holding import EXPORTS
from observability.exports.sweep import sweep_exports
from observability.models import Export, Session
from observability.sessions.allowed import EVERYTHING, redact_what_came_before
from tests.api.lasting_talk import lasting_acme, lasting_talk, owner, project, talk, teammate
from tests.exports.conftest import work
from tests.people import SessionFactory
from tests.recordings.test_bucket import DOWN, server, use_bucket
from tests.retention.erasing import erase_session

__all__ = ["lasting_acme", "lasting_talk", "owner", "project", "server", "talk", "teammate", "use_bucket"]


def test_expired_zip_is_gone_for_everybody_and_then_altogether(ready, project, stored):
    Export.objects.update(expires_at=Now())

    with pytest.raises(Http404):
        export_in(project, ready.public_id, may_hear=True)
    sweep_exports()

    assert (Export.objects.count(), stored()) == (0, [])


def test_zip_dies_with_its_session(ready, talk, project, stored):
    erase_session(talk)

    with pytest.raises(Http404):
        export_in(project, ready.public_id, may_hear=True)
    sweep_exports()

    assert (Export.objects.count(), stored()) == (0, [])


def test_zip_that_went_with_its_session_is_not_taken_for_lost(ready, talk):
    assert list(EXPORTS.expected()) == [ready.key]

    erase_session(talk)

    assert list(EXPORTS.expected()) == []


def test_zip_dies_with_its_project(ready, project, stored):
    project.delete()
    sweep_exports()

    assert (Export.objects.count(), stored()) == (0, [])


def test_zip_of_an_expired_session_cannot_be_fetched(ready, talk, project, stored):
    Session.objects.filter(pk=talk.pk).update(expires_at=Now())

    with pytest.raises(Http404):
        export_in(project, ready.public_id, may_hear=True)
    sweep_exports()

    assert stored() == []


def test_zip_with_audio_is_taken_back_when_redaction_is_asked_for(ready, talk, project, stored):
    Session.objects.filter(pk=talk.pk).update(is_redacted=True)

    with pytest.raises(Http404):
        export_in(project, ready.public_id, may_hear=True)
    sweep_exports()

    assert stored() == []


def test_session_deleted_while_its_zip_waits_leaves_nothing(ask, talk, stored):
    ask(talk)
    erase_session(talk)

    work()
    sweep_exports()

    assert (Export.objects.count(), stored()) == (0, [])


def test_storage_that_is_down_keeps_the_row_that_tells_where_the_file_is(ready, server, use_bucket):
    Export.objects.update(expires_at=Now())
    use_bucket(DOWN)
    sweep_exports()
    kept = Export.objects.count()

    use_bucket(server.url)
    sweep_exports()

    assert (kept, Export.objects.count()) == (1, 0)


def test_fresh_zips_and_those_under_way_stay(ready, ask, project, stored):
    waiting = ask(SessionFactory(project=project))

    assert sweep_exports() == 0
    assert set(Export.objects.all()) == {ready, waiting}
    assert len(stored()) == 1


def test_zip_of_several_dies_with_the_first_of_them(ask, project, stored):
    sessions = [SessionFactory(project=project) for _ in range(3)]
    export = ask(*sessions)
    work()

    erase_session(sessions[0])

    with pytest.raises(Http404):
        export_in(project, export.public_id, may_hear=True)
    sweep_exports()
    assert (Export.objects.count(), stored()) == (0, [])


def test_void_zips_are_swept_all_the_time():
    assert tasks.sweep_exports.name in [entry["task"] for entry in SCHEDULE.values()]


def test_zip_without_audio_too_is_taken_back_when_its_words_are_redacted(ready, talk, project, stored):
    Export.objects.update(holds_audio=False)

    with transaction.atomic():
        redact_what_came_before(talk.pk, replace(EVERYTHING, redaction=True))

    with pytest.raises(Http404):
        export_in(project, ready.public_id, may_hear=True)
    sweep_exports()
    assert stored() == []


def test_zip_that_is_being_made_when_redaction_comes_is_never_ready(ready, talk, project, stored):
    Export.objects.update(state=Export.State.RUNNING, expires_at=None)

    with transaction.atomic():
        redact_what_came_before(talk.pk, replace(EVERYTHING, redaction=True))

    assert not tell(Export.objects.get(), state=Export.State.READY)
    assert "Ask for it again" in Export.objects.get().note
