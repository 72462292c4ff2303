"""Two workers, and a worker beside somebody who deletes, on real connections."""

import pytest

from observability.compaction.plan import ask_for_parts
from observability.models import CompactedPart, CompactedSession, Session
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from tests.compaction.parts import parquet_files, plan, settled, tomorrow, written
from tests.retention.test_two_at_once import at_once
from tests.sending import spans

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def calls(agent):
    for number in range(6):
        agent.send("traces", spans("llm_node", job=f"AJ_{number}"))
        settled(Session.objects.get(job_id=f"AJ_{number}"))
    return list(Session.objects.order_by("pk"))


def test_two_that_begin_parts_put_each_session_into_one(calls):
    errors = at_once(*[lambda: ask_for_parts(now=tomorrow())] * 3)

    assert errors == []
    assert CompactedSession.objects.count() == 6
    assert sum(part.members.count() for part in CompactedPart.objects.all()) == 6
    assert all(part.members.exists() for part in CompactedPart.objects.all())


def test_a_session_that_is_deleted_while_its_part_is_begun_is_in_none_when_it_is_erased(calls):
    first = calls[0]

    def delete() -> None:
        delete_session(first)
        erase(first.pk)

    assert at_once(delete, lambda: ask_for_parts(now=tomorrow())) == []

    assert not Session.objects.filter(pk=first.pk).exists()
    assert not CompactedSession.objects.filter(session=first.pk).exists()
    plan()
    assert CompactedSession.objects.count() == 5


def test_two_that_erase_sessions_of_one_part_leave_nothing_of_it(calls):
    [part] = plan()
    written(part)
    for session in calls[:2]:
        delete_session(session)

    errors = at_once(*[lambda session=session: erase(session.pk) for session in calls[:2]])

    assert errors == []
    assert (parquet_files(), CompactedPart.objects.count(), Session.objects.count()) == ([], 0, 4)
