"""Model improvement keeps numbers of turns, of sessions that were in it all their life, and gives them back."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from django.utils import timezone

from observability.ingest.telemetry import accept_telemetry
from observability.models import ImprovementSample, SampleLink, Session
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from observability.retention.improvement import MOST_CALLERS, keep_samples, take_back
from observability.retention.projects import erase_project
from observability.sessions.open import new_session
from projects.actions import change_plan, delete_project
from projects.models import Plan, Project
from tests.pages.conftest import front_desk, replay
from tests.retention.erasing import expire
from tests.retention.test_callers import call
from tests.sending import PROTOBUF

__all__ = ["front_desk", "replay"]

pytestmark = pytest.mark.django_db
RUNS = ["node/1.9.0_full", "python/1.5.1", "python/1.8.9_full", "python/1.8.9_redaction"]
WORDS_KEPT = {
    "user", "agent", "committed", "user_resumed", "dropped", "", "python", "node", "other",
    "llm", "tts", "stt", "realtime", "interruption", "eot",
}  # fmt: skip


@pytest.fixture
def build_project(project):
    """On Build for a day."""
    Project.objects.filter(pk=project.pk).update(plan_since=Now() - timedelta(days=1))
    project.refresh_from_db()
    return project


@pytest.fixture
def expired(build_project, front_desk):
    return expire(front_desk)


def leaves(value):
    if isinstance(value, dict):
        return [leaf for below in value.values() for leaf in leaves(below)]
    if isinstance(value, list):
        return [leaf for below in value for leaf in leaves(below)]
    return [value]


def kept():
    return [sample.content for sample in ImprovementSample.objects.all()]


def test_an_expired_session_leaves_samples_of_at_most_three_turns(expired):
    erase(expired.pk)

    assert not Session.objects.exists()
    assert len(kept()) > 5
    assert {len(sample["turns"]) for sample in kept()} <= {1, 2, 3}
    answers = [turn for sample in kept() for turn in sample["turns"] if turn["role"] == "agent"]
    assert any(turn["llm_ttft_ms"] for turn in answers)
    assert any(turn["is_interrupted"] for turn in answers)


@pytest.mark.parametrize("run", RUNS)
def test_samples_of_every_sdk_hold_numbers_and_known_words_only(run, build_project, replay):
    session = expire(replay(run))

    erase(session.pk)

    for leaf in leaves(kept()):
        if isinstance(leaf, str) and leaf not in WORDS_KEPT:
            assert re.fullmatch(r"\d+\.\d+\.\d+|openai|deepgram|cartesia|livekit|elevenlabs", leaf), leaf


def test_nothing_in_a_sample_leads_to_the_session_or_the_project(expired):
    known = [str(expired.public_id), expired.job_id, expired.room_id, "acme", expired.project.name]

    erase(expired.pk)

    told = json.dumps([[str(s.pk), str(s.month), s.content] for s in ImprovementSample.objects.all()])
    assert not [name for name in known if name and name in told]
    assert {sample.month.day for sample in ImprovementSample.objects.all()} == {1}


def test_a_plan_outside_the_programme_keeps_nothing(expired, project):
    change_plan(project, Plan.objects.get(slug="ship"))

    erase(expired.pk)

    assert not kept()


def test_a_project_that_left_and_came_back_keeps_nothing_of_sessions_from_before(expired, project):
    change_plan(project, Plan.objects.get(slug="ship"))
    change_plan(project, Plan.objects.get(slug="build"))

    erase(expired.pk)

    assert not kept()


def test_a_session_that_began_outside_the_programme_keeps_nothing(build_project, front_desk):
    Session.objects.update(in_model_improvement=False)

    erase(expire(front_desk).pk)

    assert not kept()


@pytest.mark.parametrize("what", ["is_redacted", "is_simulated"])
def test_redacted_and_simulated_sessions_keep_nothing(what, expired):
    Session.objects.update(**{what: True})

    erase(expired.pk)

    assert not kept()


def test_imported_sessions_keep_nothing(expired):
    """Their own project may never have been in the programme."""
    Session.objects.update(imported_at=Now())

    erase(expired.pk)

    assert not kept()


def test_a_deleted_session_keeps_nothing(build_project, front_desk):
    delete_session(front_desk)

    erase(front_desk.pk)

    assert not Session.objects.exists()
    assert not kept()


def test_switched_off_on_the_server_nothing_is_kept_and_what_was_kept_goes(expired, settings):
    erase(expired.pk)
    assert kept()

    settings.MODEL_IMPROVEMENT = False
    take_back()

    assert not kept()
    assert not new_session(expired.project, "AJ_2", "", None).in_model_improvement


def test_a_session_is_sampled_once_though_its_erasure_runs_twice(expired):
    keep_samples(expired)
    once = len(kept())

    erase(expired.pk)

    assert len(kept()) == once


def test_a_move_to_another_plan_takes_back_what_was_kept(expired, project):
    erase(expired.pk)

    change_plan(project, Plan.objects.get(slug="scale"))
    take_back()

    assert not kept()
    assert not SampleLink.objects.exists()


def test_a_move_away_and_back_that_nobody_saw_takes_back_what_was_kept(expired, project):
    erase(expired.pk)

    change_plan(project, Plan.objects.get(slug="ship"))
    change_plan(project, Plan.objects.get(slug="build"))
    take_back()

    assert not kept()


def test_a_caller_erased_after_the_session_expired_leaves_nothing_to_sample(build_project, front_desk):
    joined = call(front_desk.job_id, lk__pii__participant_identity="ada")
    accept_telemetry(build_project, "traces", joined, PROTOBUF, now=timezone.now())
    expire(front_desk)

    call_command("erase_caller", "--project", "acme", "--identity", "ada", stdout=StringIO())
    erase(front_desk.pk)

    assert not Session.objects.exists()
    assert not kept()


def test_a_session_that_names_a_crowd_leaves_no_samples_and_is_erased(build_project, front_desk):
    for number in range(MOST_CALLERS + 1):
        joined = call(front_desk.job_id, first_id=number + 1, user_id=f"user {number}")
        accept_telemetry(build_project, "traces", joined, PROTOBUF, now=timezone.now())

    erase(expire(front_desk).pk)

    assert not Session.objects.exists()
    assert not kept()


def test_a_deleted_project_takes_back_what_was_kept(expired, project, owner):
    erase(expired.pk)

    delete_project(project, by=owner)
    erase_project(project.pk)

    assert not Project.objects.filter(pk=project.pk).exists()
    assert not kept()


def test_after_ninety_days_nothing_leads_back_any_more(expired, project):
    Project.objects.update(plan_since=Now() - timedelta(days=100))
    erase(expired.pk)
    SampleLink.objects.update(until=Now())

    take_back()
    change_plan(project, Plan.objects.get(slug="scale"))
    take_back()

    assert kept()
    assert not SampleLink.objects.exists()


@pytest.mark.parametrize(
    ("named", "asked"),
    [("ada", ["--identity", "ada"]), ("sip_+4930901820", ["--phone", "+49 (30) 90 18 20"])],
)
def test_an_erased_caller_takes_back_samples_of_sessions_long_gone(named, asked, build_project, front_desk):
    joined = call(front_desk.job_id, lk__pii__participant_identity=named)
    accept_telemetry(build_project, "traces", joined, PROTOBUF, now=timezone.now())
    erase(expire(front_desk).pk)
    out = StringIO()

    call_command("erase_caller", "--project", "acme", *asked, "--json", stdout=out)

    assert json.loads(out.getvalue())["samples"] > 5
    assert not kept()


def test_another_caller_takes_back_nothing(expired):
    erase(expired.pk)

    call_command("erase_caller", "--project", "acme", "--identity", "somebody-else", stdout=StringIO())

    assert kept()
