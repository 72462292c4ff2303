"""What a project has already, or has erased, an import does not bring again."""

import json
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from observability.imports.refusals import ImportRefused
from observability.journal.seal import ask_for_sealing, seal_session
from observability.models import Recording, Session
from observability.queries.arrivals import arrivals_of
from observability.queries.records import records_of
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from projects.models import Plan, Project
from tests.imports.conftest import by_kind, changed, session_of, take_in
from tests.sending import spans

HOUR = timedelta(hours=1)


def state_of(session):
    row = Session.objects.get(pk=session.pk)
    names = [
        field.attname for field in Session._meta.concrete_fields if not field.attname.startswith("summary")
    ]
    return {name: getattr(row, name) for name in names if name != "has_news"}


def use_up_quota(project):
    Project.objects.filter(pk=project.pk).update(over_quota_until=timezone.now() + timedelta(days=1))


@pytest.mark.parametrize("is_sealed", [False, True])
def test_zip_of_a_session_that_still_lives_adds_nothing_and_says_so(talk, zip_of, project, is_sealed):
    if is_sealed:
        seal_session(talk.pk)
    content, before = zip_of(talk), state_of(talk)

    [outcome] = take_in(project, content)

    assert (outcome.state, outcome.session_id) == ("already-here", str(talk.public_id))
    assert (
        outcome.message == "The session is in this project already, as its agent sent it. Nothing was added."
    )
    assert state_of(talk) == before
    assert (Session.objects.count(), Recording.objects.count()) == (1, 1)


def test_importing_twice_adds_nothing(talk, zip_of, other_project):
    content = zip_of(talk)
    first, second = (take_in(other_project, content)[0] for _ in range(2))
    before = state_of(session_of(first))

    third = take_in(other_project, content)[0]

    assert [each.state for each in (first, second, third)] == ["imported", "already-here", "already-here"]
    assert state_of(session_of(third)) == before


def test_only_what_is_missing_is_added(replay, zip_of, project, other_project):
    """Its newest records came after the first zip; its recording among them."""
    run = "python/1.8.9_second_session"
    early = zip_of(replay(run, requests=5))
    session = replay(run)
    take_in(other_project, early)

    [outcome] = take_in(other_project, zip_of(session))

    again = Session.objects.get(project=other_project)
    assert (outcome.state, outcome.recordings) == ("added", 1)
    assert by_kind(again) == by_kind(session)
    assert 0 < outcome.records < len(records_of(session))
    assert again.span_count == len(by_kind(session)["span"])


def test_session_that_its_agent_still_sends_is_not_ended_by_its_own_zip(agent, zip_of, project):
    agent.send("traces", spans("llm_node", "tts_node"))
    content = zip_of(session := Session.objects.get())
    agent.send("traces", spans("stt_node", first_id=9))

    [outcome] = take_in(project, content)

    session.refresh_from_db()
    assert (outcome.state, session.status, session.imported_at) == ("already-here", "live", None)


@pytest.mark.parametrize("is_erased", [False, True], ids=["just deleted", "erased"])
def test_deleted_session_stays_away_and_whoever_imports_it_is_told(talk, zip_of, project, is_erased):
    content = zip_of(talk)
    delete_session(talk)
    if is_erased:
        erase(talk.pk)

    [outcome] = take_in(project, content)

    assert (outcome.state, outcome.session_id, outcome.records) == ("refused", "", 0)
    assert "stays away for 40 days" in outcome.message
    assert not Session.objects.for_project(project).exists()


def test_deleted_session_can_be_imported_into_another_project(talk, zip_of, other_project):
    content = zip_of(talk)
    delete_session(talk)

    assert take_in(other_project, content)[0].state == "imported"


def test_imported_session_lives_as_long_as_its_new_projects_plan_says_from_its_receipt(
    talk, zip_of, other_project
):
    Session.objects.filter(pk=talk.pk).update(first_received_at=F("first_received_at") - timedelta(days=20))
    Plan.objects.filter(slug="ship").update(retention_days=7)
    other_project.plan = Plan.objects.get(slug="ship")
    other_project.save()

    session = session_of(take_in(other_project, zip_of(talk))[0])

    assert session.expires_at - session.first_received_at == timedelta(days=7)
    assert timezone.now() - session.first_received_at < HOUR
    assert session.imported_at is not None


def test_imported_session_keeps_its_ids_and_is_over(talk, zip_of, other_project):
    again = session_of(take_in(other_project, zip_of(talk))[0])

    names = ("job_id", "room_id", "room_name", "agent_name", "status", "end_signal", "ended_ns", "started_ns")
    talk.refresh_from_db()
    assert {name: getattr(again, name) for name in names} == {name: getattr(talk, name) for name in names}
    assert again.public_id != talk.public_id


def test_session_that_never_told_its_end_is_not_live_once_imported(agent, zip_of, other_project):
    agent.send("traces", spans("llm_node"))

    again = session_of(take_in(other_project, zip_of(Session.objects.get()))[0])

    assert again.status == "lost"


def test_imported_session_is_sealed_like_any_other(talk, zip_of, other_project):
    session = session_of(take_in(other_project, zip_of(talk))[0])
    Session.objects.filter(pk=talk.pk).delete()

    assert ask_for_sealing(now=timezone.now() + HOUR) == 1
    assert seal_session(session.pk)


def test_data_that_its_agent_sends_for_an_imported_session_joins_it(agent, talk, zip_of, project):
    content = zip_of(talk)
    Session.objects.all().delete()
    session = session_of(take_in(project, content)[0])

    agent.send("traces", spans("late_span", job=session.job_id, room=session.room_id, first_id=77))

    assert "late_span" in {span["name"] for span in by_kind(session)["span"]}
    assert Session.objects.count() == 1


def test_what_an_agent_has_sent_no_import_adds_to(replay, zip_of, project, other_project):
    """Not even what it lacks: the session would tell two stories as one."""
    whole = zip_of(replay("python/1.8.9_second_session"))
    Session.objects.all().delete()
    session = replay("python/1.8.9_second_session", requests=5)
    before = state_of(session)

    [outcome] = take_in(project, whole)

    assert (outcome.state, outcome.session_id) == ("already-here", str(session.public_id))
    assert state_of(session) == before
    assert not Recording.objects.exists()


def test_recording_that_an_agent_sent_for_the_room_does_not_become_part_of_an_import(
    talk, zip_of, other_project
):
    waiting = Session.objects.create(
        project=other_project,
        room_id=talk.room_id,
        expires_at=timezone.now() + HOUR,
        started_ns=talk.started_ns,
    )

    [outcome] = take_in(other_project, zip_of(talk))

    waiting.refresh_from_db()
    assert (waiting.job_id, outcome.state) == ("", "imported")
    assert session_of(outcome).room_id == talk.room_id


def test_session_whose_records_are_lost_is_not_mixed_with_its_zip(talk, zip_of, other_project, settings):
    content = zip_of(talk)
    seal_session(session_of(take_in(other_project, content)[0]).pk)
    for path in settings.MEDIA_ROOT.glob("archive/**/*.zst"):
        path.unlink()

    [outcome] = take_in(other_project, content)

    assert (outcome.state, "records are lost" in outcome.message) == ("refused", True)


def test_zip_that_was_made_before_there_were_imports_can_be_imported(talk, download, other_project):
    opened = download(talk)
    told = opened.json("session.json")
    del told["for_import"]

    again = session_of(
        take_in(other_project, changed(opened, {"session.json": json.dumps(told).encode()}))[0]
    )

    assert by_kind(again) == by_kind(talk)
    assert (again.status, again.ended_ns) == ("ended", talk.ended_ns)


def test_session_that_was_only_known_by_its_room_comes_back_once(talk, download, project, other_project):
    Session.objects.filter(pk=talk.pk).update(job_id="")
    content = download(talk).content

    here, there, again = (take_in(where, content)[0] for where in (project, other_project, other_project))

    assert [each.state for each in (here, there, again)] == ["already-here", "refused", "refused"]


def test_imported_session_does_not_make_connect_turn_green(talk, zip_of, other_project):
    take_in(other_project, zip_of(talk))

    assert not arrivals_of(other_project).have_begun


def test_several_sessions_of_one_zip_are_each_told_of(replay, download, other_project):
    sessions = [replay("python/1.8.9_second_session"), replay("python/1.5.1")]
    content = download(*sessions).content
    take_in(other_project, download(sessions[0]).content)

    outcomes = take_in(other_project, content)

    by_job = {outcome.job_id: outcome.state for outcome in outcomes}
    assert by_job == {sessions[0].job_id: "already-here", sessions[1].job_id: "imported"}


def test_nothing_is_kept_where_nothing_is_recorded(talk, zip_of, other_project):
    other_project.privacy.observability = False
    other_project.privacy.save()

    [outcome] = take_in(other_project, zip_of(talk))

    assert (outcome.state, outcome.message.split(".")[0]) == (
        "refused",
        "Agent observability is off in this project: nothing is recorded",
    )
    assert not Session.objects.filter(project=other_project).exists()


def test_beyond_the_plans_quota_no_session_begins_by_an_import(talk, zip_of, other_project):
    use_up_quota(other_project)

    [outcome] = take_in(other_project, zip_of(talk))

    assert (outcome.state, outcome.message.split(":")[0]) == (
        "refused",
        "This month’s quota of the plan is used up",
    )
    assert not Session.objects.filter(project=other_project).exists()


def test_session_that_is_here_gets_what_it_lacks_beyond_the_quota_too(replay, zip_of, other_project):
    run = "python/1.8.9_second_session"
    early = zip_of(replay(run, requests=5))
    session = replay(run)
    take_in(other_project, early)
    use_up_quota(other_project)

    [outcome] = take_in(other_project, zip_of(session))

    assert outcome.state == "added"
    assert by_kind(session_of(outcome)) == by_kind(session)


def test_no_file_is_no_import(project):
    with pytest.raises(ImportRefused, match="Choose one"):
        take_in(project)
