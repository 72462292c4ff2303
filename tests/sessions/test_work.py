"""What workers are at, and what they could not do, is said on page and in API, and holds up no other session."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from observability import jobs
from observability.jobs import RECORDINGS, SESSIONS, kinds_of
from observability.journal.seal import SEAL
from observability.models import Job, Recording, Session, Waveform
from observability.queries.work import FAILURES
from observability.sessions.summary import SUMMARISE
from observability.tasks import sweep_jobs, sweep_sessions
from tests.api.conftest import BASE, address, script
from tests.ops.working import work_off
from tests.pages.reading import open_page, session_args
from tests.people import SessionFactory
from tests.recordings.conftest import accept, no_sweeper
from tests.recordings.test_bucket import DOWN, server, use_bucket
from tests.recordings.uploads import audio_part, captured_recording, form_of, header_part
from tests.sending import logs, spans

__all__ = ["accept", "no_sweeper", "script", "server", "use_bucket"]

RUN = "python/1.8.9_second_session"
INSPECT, ANALYSE, STORE = "inspect-recording", "analyse-recording", "store-recording"
SHOW, REFRESH, AGAIN = (f"observability:session-{name}" for name in ("show", "refresh", "try-again"))
AUDIO = b"OggS and then nothing"


@pytest.fixture
def recorded(accept):
    """A session whose recording has just come."""
    request = captured_recording(RUN)
    accept(request.body, content_type=request.content_type)
    return Session.objects.get()


@pytest.fixture
def lost(recorded):
    """The same, and its file is gone before a worker looks at it."""
    (Path(settings.MEDIA_ROOT) / Recording.objects.get().name).unlink()
    return recorded


@pytest.fixture
def processing(script):
    def processing(session):
        alone = script.get(address(session)).json()["processing"]
        rows = {row["id"]: row for row in script.get(BASE).json()["results"]}
        assert rows[str(session.public_id)]["processing"] == alone
        return alone

    return processing


def exhaust(*kinds):
    for _ in range(jobs.MAX_ATTEMPTS):
        work_off(*kinds)


def state_of(session, kind):
    return list(Job.objects.filter(kind=kind, object_id=session.pk).values_list("state", flat=True))


def test_everything_that_can_go_wrong_with_a_session_is_said_in_words():
    assert set(FAILURES) == {*kinds_of(SESSIONS), *kinds_of(RECORDINGS)}


def test_page_and_api_say_that_the_recording_is_processed_until_it_is(recorded, owner_client, processing):
    before = owner_client.get(reverse(SHOW, args=session_args(recorded)))
    told = processing(recorded)

    work_off(INSPECT, ANALYSE)
    version = {"version": before.context["version"]}
    after = owner_client.get(reverse(REFRESH, args=session_args(recorded)), version)

    assert "Processing the recording" in before.content.decode().replace(
        '<span class="only-wide">', ""
    ).replace("</span>", "")
    assert before.context["refresh_every_s"] == 3
    assert (told["state"], {task["task"] for task in told["tasks"]}) == ("pending", {INSPECT, ANALYSE})
    assert after.status_code == 200
    assert "Processing" not in after.content.decode()
    assert after.context["refresh_every_s"] != 3
    assert processing(recorded) == {"state": "done", "tasks": []}


def test_nothing_is_fetched_anew_while_work_goes_on_as_before(recorded, owner_client):
    version = owner_client.get(reverse(SHOW, args=session_args(recorded))).context["version"]
    Job.objects.filter(kind=INSPECT).update(state=Job.State.RUNNING, leased_until=timezone.now())

    again = owner_client.get(reverse(REFRESH, args=session_args(recorded)), {"version": version})

    assert again.status_code == 204


def test_recording_that_waits_for_the_storage_is_work_and_says_why(accept, use_bucket, project, processing):
    use_bucket(DOWN)
    accept(form_of(header_part(), audio_part(AUDIO)))
    session = Session.objects.get()

    work_off(STORE)

    [store] = [task for task in processing(session)["tasks"] if task["task"] == STORE]
    assert store["state"] == "waiting"


def test_sealing_is_no_news_for_anybody(agent, project, owner_client, processing):
    agent.send("traces", spans("job_entrypoint"))
    session = Session.objects.get()
    jobs.submit(SEAL, session.pk)
    jobs.submit(SUMMARISE, session.pk)

    assert processing(session) == {"state": "done", "tasks": []}
    assert "Processing" not in open_page(owner_client, SHOW, *session_args(session))


def test_what_was_given_up_shows_its_reason_and_what_to_do(lost, owner_client, processing, caplog):
    exhaust(INSPECT)
    page = open_page(owner_client, SHOW, *session_args(lost))
    told = processing(lost)
    failed = next(task for task in told["tasks"] if task["state"] == "failed")

    assert told["state"] == "failed"
    assert failed["task"] == INSPECT
    assert failed["reason"] == "MissingFile"
    assert "tried 5 times and set aside" in failed["advice"]
    for sentence in (failed["message"], failed["reason"], failed["advice"], "Try again"):
        assert sentence in page


def test_what_was_given_up_is_no_work_that_a_page_waits_for(lost, owner_client, caplog):
    exhaust(INSPECT, ANALYSE)

    page = owner_client.get(reverse(SHOW, args=session_args(lost)))

    assert not page.context["is_worked_on"]
    assert "Processing" not in page.content.decode()


def test_a_recording_that_cannot_be_processed_keeps_no_other_waiting(accept, lost, caplog):
    request = captured_recording("python/1.8.9_only_audio_transcript")
    other = accept(request.body, content_type=request.content_type).recording_id

    exhaust(INSPECT, ANALYSE)

    assert Waveform.objects.get().recording_id == other
    assert Recording.objects.get(pk=other).duration_ms
    assert set(Job.objects.filter(state=Job.State.SET_ASIDE).values_list("kind", flat=True)) == {
        INSPECT,
        ANALYSE,
    }


def test_a_session_that_kills_its_worker_is_set_aside_and_the_others_are_summarised(agent, project):
    agent.send("traces", spans("job_entrypoint", job="AJ_bad"))
    agent.send("traces", spans("job_entrypoint", job="AJ_good"))
    bad, good = (Session.objects.get(job_id=job) for job in ("AJ_bad", "AJ_good"))
    sweep_sessions()

    for _ in range(jobs.MAX_ATTEMPTS):
        Job.objects.filter(kind=SUMMARISE, object_id=bad.pk).update(run_after=timezone.now())
        killed_at_work(Job.objects.get(kind=SUMMARISE, object_id=bad.pk))
        work_off_others(bad)

    assert Session.objects.get(pk=good.pk).summary["turns"] == 0
    assert state_of(bad, SUMMARISE) == [Job.State.SET_ASIDE]


def killed_at_work(job):
    assert jobs.take(job.pk, now=timezone.now())
    Job.objects.filter(pk=job.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    sweep_jobs()


def work_off_others(bad):
    for job in Job.objects.filter(kind=SUMMARISE, state=Job.State.WAITING).exclude(object_id=bad.pk):
        jobs.run(job.pk)


@pytest.mark.parametrize("kind", [SUMMARISE, SEAL])
def test_what_was_set_aside_is_not_tried_for_ever_but_once_more_when_data_come(
    agent, project, kind, monkeypatch, caplog
):
    agent.send("traces", spans("job_entrypoint"))
    session = Session.objects.get()
    silent_since = timezone.now() - timedelta(hours=1)
    Session.objects.update(last_received_at=silent_since)
    monkeypatch.setitem(jobs.KINDS, kind, jobs.Kind("tests.ops.handlers.fail", of=SESSIONS))

    for _ in range(jobs.MAX_ATTEMPTS + 3):
        sweep_sessions()
        work_off(kind)
    given_up = state_of(session, kind)
    agent.send("logs", logs("late"))
    Session.objects.update(last_received_at=timezone.now() - timedelta(minutes=5))
    Job.objects.filter(kind=kind).update(finished_at=timezone.now() - timedelta(minutes=30))
    sweep_sessions()

    assert given_up == [Job.State.SET_ASIDE]
    assert state_of(session, kind) == [Job.State.SET_ASIDE, Job.State.WAITING]


def test_an_owner_has_it_tried_again_and_what_then_succeeds_is_shown_no_more(
    lost, owner_client, processing, caplog
):
    exhaust(INSPECT, ANALYSE)
    put_back(captured_recording(RUN))

    answer = owner_client.post(reverse(AGAIN, args=session_args(lost)))
    pending = processing(lost)["state"]
    work_off(INSPECT, ANALYSE)

    assert answer.status_code == 302
    assert (pending, processing(lost)["state"]) == ("pending", "done")
    assert not Job.objects.filter(state=Job.State.SET_ASIDE).exists()


def put_back(request):
    """The file that was lost, as it was uploaded."""
    start = request.body.index(b"OggS")
    end = request.body.rindex(b"\r\n--")
    (Path(settings.MEDIA_ROOT) / Recording.objects.get().name).write_bytes(request.body[start:end])


def test_a_page_fetches_itself_anew_when_it_is_tried_again(lost, owner_client, caplog):
    exhaust(INSPECT)

    answer = owner_client.post(reverse(AGAIN, args=session_args(lost)), headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Trigger"]) == (204, '{"live:refresh": {}}')


def test_only_who_administers_the_project_has_it_tried_again(
    lost, teammate_client, stranger_client, other_project, caplog
):
    exhaust(INSPECT)
    path = reverse(AGAIN, args=session_args(lost))

    answers = [client.post(path).status_code for client in (teammate_client, stranger_client)]

    assert set(answers) <= {403, 404}
    assert Job.objects.filter(kind=INSPECT).get().state == Job.State.SET_ASIDE
    assert (
        'hx-post="' + path not in teammate_client.get(reverse(SHOW, args=session_args(lost))).content.decode()
    )


def test_work_on_a_recording_that_redaction_has_taken_away_is_nobodys_to_see(recorded, processing):
    Session.objects.update(is_redacted=True)

    assert processing(recorded) == {"state": "done", "tasks": []}


def test_another_sessions_work_is_not_shown(recorded, processing, project):
    beside = SessionFactory(project=project, pk=Recording.objects.get().pk + 1000)
    same_number = SessionFactory(project=project)
    Job.objects.filter(kind=INSPECT).update(object_id=same_number.pk)

    assert processing(beside)["state"] == processing(same_number)["state"] == "done"
