"""What sealing leaves in PostgreSQL's files; SQLite's are another matter. Not collected there (conftest.py)."""

import pytest
from django.db import connection

from observability.journal.seal import seal_session
from observability.models import Batch, Session
from tests.ingest.test_together import send
from tests.journal.test_seal import storage

__all__ = ["storage"]

pytestmark = pytest.mark.django_db(transaction=True)
SESSIONS, UPLOADS, ROUNDS = 3, 40, 3


def round_of_sessions(project, number: int) -> int:
    """Bytes of the journal's table with its indexes, before they are sealed and vacuum has come by."""
    for session in range(SESSIONS):
        for upload in range(UPLOADS):
            send(project, f"AJ_{number}_{session}", upload + 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('observability_batch')")
        [size] = cursor.fetchone()
    for session_id in Session.objects.filter(is_sealed=False).values_list("pk", flat=True):
        assert seal_session(session_id)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (TRUNCATE off) observability_batch")
    return size


def test_space_of_sealed_sessions_is_used_again(project):
    """docs/decisions/0025-the-journal-is-one-table.md"""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL observability_batch")  # of what other tests have left

    first, *later = [round_of_sessions(project, number) for number in range(ROUNDS)]

    assert Batch.objects.count() == 0
    assert max(later) <= first * 1.3
