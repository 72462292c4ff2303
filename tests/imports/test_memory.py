"""An import holds no more memory than its limit says, however well its files were packed."""

import json
import random
import string
import tracemalloc

import pytest
from django.utils import timezone

from observability.imports.loose import bundles_of
from observability.imports.plan import planned
from observability.imports.refusals import ImportRefused, TooMuch
from observability.models import Session
from tests.imports.conftest import changed, source, take_in
from tests.imports.test_files import span, traces

MIB = 1024 * 1024
WORDS = string.ascii_letters + string.digits


@pytest.fixture
def only_a_little(monkeypatch):
    monkeypatch.setattr("observability.imports.telemetry.MAX_IMPORT_TELEMETRY_BYTES", 10_000)
    monkeypatch.setattr("observability.imports.plan.MAX_IMPORT_TELEMETRY_BYTES", 10_000)


def test_session_of_more_telemetry_than_may_be_is_refused(talk, zip_of, other_project, only_a_little):
    [outcome] = take_in(other_project, zip_of(talk))

    assert (outcome.state, outcome.session_id) == ("refused", "")
    assert "MAX_IMPORT_TELEMETRY_BYTES" in outcome.message
    assert not Session.objects.filter(project=other_project).exists()


def test_files_of_more_telemetry_than_may_be_are_refused(project, only_a_little):
    files = [traces(*(span(number, job_id="AJ_1") for number in range(base, base + 20))) for base in (1, 99)]

    with pytest.raises(TooMuch, match="MAX_IMPORT_TELEMETRY_BYTES"):
        take_in(project, *files)


def test_records_that_grow_once_each_has_its_resource_count_as_what_they_become(project):
    """A resource of 6 KB that nothing packs is written beside each batch's spans."""
    noise = {
        "attributes": [{"key": "noise", "value": {"stringValue": "".join(random.choices(WORDS, k=9000))}}]
    }
    body = json.dumps(
        {"resourceSpans": [{"resource": noise, "scopeSpans": [{"spans": [span(1, job_id="AJ_1")]}]}]}
    )
    limit = "observability.imports.telemetry.MAX_IMPORT_TELEMETRY_BYTES"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limit, 1_000_000)
        patch.setattr("observability.imports.plan.MAX_IMPORT_TELEMETRY_BYTES", 5_000)
        [outcome] = take_in(project, body.encode())

    assert (outcome.state, "MAX_IMPORT_TELEMETRY_BYTES" in outcome.message) == ("refused", True)


def test_what_is_ready_to_be_kept_is_held_compressed_alone(project):
    """20 MiB of spans, which would be more as objects."""
    words = "the quick brown fox " * 100
    body = traces(*(span(number, job_id="AJ_1", words=words) for number in range(1, 9000)))
    [bundle] = bundles_of([source(body)])
    tracemalloc.start()

    with planned(project, bundle, now=timezone.now()) as plan:
        held = tracemalloc.get_traced_memory()[0]
        assert sum(draft.batch.record_count for draft in plan.drafts) == 8999

    tracemalloc.stop()
    assert held < 4 * MIB


def test_what_session_json_tells_is_bounded_over_all_sessions_of_a_zip(
    talk, download, other_project, monkeypatch
):
    monkeypatch.setattr("observability.imports.from_zip.MAX_CHAT_HISTORY_BYTES", 100)

    with pytest.raises(ImportRefused, match=r"session\.json"):
        take_in(other_project, changed(download(talk), {}))


def test_file_of_empty_lines_costs_no_memory(project):
    lines = b'{"resourceSpans":[\n' + b"\n" * (16 * MIB)
    tracemalloc.start()

    with pytest.raises(ImportRefused):
        take_in(project, lines)

    assert tracemalloc.get_traced_memory()[1] < 60 * MIB
    tracemalloc.stop()
