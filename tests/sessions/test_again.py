"""After an upgrade that reads sessions better, `manage.py summarise` has lists and Insights tell it of old ones too."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from observability.journal.seal import seal_session
from observability.models import Archive, Session, TurnFact
from observability.queries.records import forget_timeline
from tests.journal.test_seal import storage
from tests.people import ProjectFactory
from tests.retention.failing import storage_is_down
from tests.sending import spans

__all__ = ["storage"]
pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=3)


def summarise(*arguments: str) -> dict[str, int]:
    out = StringIO()
    call_command("summarise", "--json", *arguments, stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def as_a_former_version_read_it(session: Session) -> None:
    TurnFact.objects.filter(session=session).update(outcome="odd")
    Session.objects.filter(pk=session.pk).update(summary={"turns": 0}, summary_at=LONG_AGO)
    forget_timeline(session)  # the command is a process of its own


def told(session: Session) -> tuple[int, bool]:
    turns = Session.objects.get(pk=session.pk).summary["turns"]
    return turns, TurnFact.objects.filter(session=session, outcome="odd").exists()


@pytest.mark.parametrize("is_sealed", [False, True])
def test_what_a_former_version_told_of_a_session_is_told_anew(front_desk, storage, is_sealed):
    if is_sealed:
        seal_session(front_desk.pk)
    as_a_former_version_read_it(front_desk)

    assert summarise() == {"sessions": 1, "lost": 0}

    assert told(front_desk) == (15, False)


def test_live_sessions_are_left_to_the_worker(agent, project):
    agent.send("traces", spans("user_turn"))
    Session.objects.update(summary_at=LONG_AGO)

    assert summarise() == {"sessions": 0, "lost": 0}


def test_of_one_project_alone(front_desk):
    as_a_former_version_read_it(front_desk)
    other = ProjectFactory()

    assert summarise("--project", other.slug) == {"sessions": 0, "lost": 0}
    assert told(front_desk) == (0, True)
    assert summarise("--project", front_desk.project.slug) == {"sessions": 1, "lost": 0}


def test_after_a_stop_it_goes_on_where_it_was(front_desk):
    as_a_former_version_read_it(front_desk)
    began = timezone.now()
    summarise()

    again = summarise("--made-before", began.isoformat())

    assert again == {"sessions": 0, "lost": 0}


def test_it_says_how_to_go_on(front_desk):
    said = StringIO()

    call_command("summarise", "--made-before", "2026-11-29T18:00", stdout=StringIO(), stderr=said)

    assert "--made-before 2026-11-29T18:00:00Z" in said.getvalue()


def test_a_session_whose_archive_is_lost_keeps_what_it_had(front_desk, storage):
    seal_session(front_desk.pk)
    as_a_former_version_read_it(front_desk)
    (storage / Archive.objects.get().name).unlink()

    assert summarise() == {"sessions": 0, "lost": 1}
    assert told(front_desk) == (0, True)


def test_while_the_storage_is_down_it_says_so_and_changes_nothing(front_desk, storage):
    seal_session(front_desk.pk)
    as_a_former_version_read_it(front_desk)

    with storage_is_down(), pytest.raises(CommandError, match="The storage cannot be read"):
        summarise()

    assert told(front_desk) == (0, True)


def test_a_project_that_is_not_there_is_told():
    with pytest.raises(CommandError, match="There is no project nowhere"):
        summarise("--project", "nowhere")


def test_a_time_that_is_none_is_told():
    with pytest.raises(CommandError, match="--made-before"):
        summarise("--made-before", "yesterday")
