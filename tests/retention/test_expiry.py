"""On the second at which a session expires it is as if it had never been, purge or no purge."""

import pytest
from django.test import Client

from observability.models import Session
from tests.retention.erasing import expire


@pytest.mark.parametrize("name", ["sessions/", "sessions/rows/"])
def test_lists_are_without_it(name: str, talk: Session, owner_client: Client) -> None:
    path = f"/projects/acme/{name}"
    assert str(talk.public_id).encode() in owner_client.get(path).content

    expire(talk)

    assert str(talk.public_id).encode() not in owner_client.get(path).content


def test_what_comes_for_it_is_acknowledged_and_kept_nowhere(talk: Session, agent) -> None:  # type: ignore[no-untyped-def]
    from tests.sending import spans

    expire(talk)
    before = talk.batches.count()

    answer = agent.send("traces", spans("late", job=talk.job_id))

    assert (answer.status_code, talk.batches.count(), Session.objects.count()) == (200, before, 1)
