"""What holds only where rows are held one by one; SQLite has one writer for all. Not collected there (conftest.py)."""

import threading
from functools import partial

import pytest
from django.db import transaction

from observability.models import Session
from tests.ingest.test_together import all_at_once, send

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_session_that_is_held_makes_only_its_own_upload_wait(project):
    for number in range(6):
        send(project, f"AJ_{number}", 1)
    others_are_kept = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Session.objects.select_for_update().get(job_id="AJ_0")
            is_held.wait()
            assert others_are_kept.wait(20)

    def send_to_others() -> None:
        is_held.wait()
        all_at_once(*(partial(send, project, f"AJ_{number}", 2) for number in range(1, 6)))
        others_are_kept.set()

    def send_to_the_held() -> None:
        is_held.wait()
        send(project, "AJ_0", 2)

    is_held = threading.Barrier(3)
    all_at_once(hold, send_to_others, send_to_the_held)

    assert set(Session.objects.values_list("span_count", flat=True)) == {2}
