"""What is added to a watched session as its uploads come is what whoever looks anew reads."""

import gzip
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from observability.ingest.telemetry import accept_telemetry
from observability.live import stem
from observability.live.reading import SessionReading
from observability.live.shown import Shown
from observability.models import Batch, Session
from observability.queries.records import forget_timeline, kept_timeline_of
from projects.models import Project
from tests.captured import RUNS, CapturedRequest, captured_exports


def take_captured(project: Project, request: CapturedRequest) -> None:
    signal: Any = request.signal
    accept_telemetry(project, signal, request.inflated, request.content_type, now=timezone.now())


def reading_of(project: Project) -> SessionReading:
    return SessionReading.of(project, Session.objects.get(project=project).public_id)


def anew(project: Project) -> str:
    return reading_of(project).renewed(None, frozenset()).version


@pytest.mark.parametrize("run", [run for run in RUNS if run.endswith("_full")])
def test_after_each_upload_it_is_what_is_read_anew(project: Project, run: str) -> None:
    reading, shown = None, None
    for request in captured_exports(run):
        take_captured(project, request)
        reading = reading or reading_of(project)
        shown = reading.renewed(shown, frozenset())

        assert shown.version == anew(project)


@pytest.mark.parametrize("run", [run for run in RUNS if captured_exports(run)])
@settings(max_examples=1)
@given(seed=st.integers(0, 2**32))
def test_uploads_in_any_order_are_what_is_read_anew(project: Project, run: str, seed: int) -> None:
    Session.objects.all().delete()
    rng, exports = Random(seed), captured_exports(run)
    take_captured(project, exports[0])
    reading, shown = reading_of(project), None
    for number, request in enumerate(rng.sample(exports, len(exports)), start=1):
        take_captured(project, request)
        shown = reading.renewed(shown, frozenset())

        if number % 8 == 0 or number == len(exports):
            assert shown.version == anew(project)


def test_lines_are_added_without_reading_what_was_there(project: Project) -> None:
    earlier, lines = before_lines(captured_exports("python/1.8.9_full"))
    reading, shown = read_so_far(project, earlier)
    Batch.objects.update(payload=b"not to be read again")

    take_captured(project, lines)
    grown = reading.renewed(shown, frozenset())

    assert grown.version.startswith(f"{len(earlier) + 1}-")


def test_a_session_that_nobody_here_has_looked_at_is_read_whole_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports = captured_exports("python/1.8.9_full")
    at = next(n for n in range(20, len(exports)) if exports[n].signal == "traces")
    reading, shown = read_so_far(project, exports[:at])
    monkeypatch.setattr(stem, "batches_of", None)

    take_captured(project, exports[at])
    grown = reading.renewed(shown, frozenset())
    monkeypatch.undo()

    assert grown.version == anew(project)


def test_a_session_whose_page_was_made_here_is_not_read_for_it_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for request in captured_exports("python/1.8.9_full")[:20]:
        take_captured(project, request)
    kept_timeline_of(Session.objects.get())
    monkeypatch.setattr(stem, "batches_of", None)

    shown = reading_of(project).renewed(None, frozenset())
    monkeypatch.undo()
    forget_timeline(Session.objects.get())

    assert shown.version == anew(project)


def test_a_session_that_is_redacted_meanwhile_is_read_anew(project: Project) -> None:
    earlier, lines = before_lines(captured_exports("python/1.8.9_full"))
    reading, shown = read_so_far(project, earlier)
    Session.objects.update(is_redacted=True)

    take_captured(project, lines)
    again = reading.renewed(shown, frozenset())

    assert again.version == anew(project)


def test_of_a_session_with_more_records_than_a_process_keeps_only_lines_are_added(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stem, "MAX_KEPT_RECORDS", 10)
    earlier, lines = before_lines(captured_exports("python/1.8.9_full"))
    reading, shown = read_so_far(project, earlier)
    assert reading.stem is not None
    assert reading.stem.growing is not None
    assert reading.stem.growing.told is None

    take_captured(project, lines)
    again = reading.renewed(shown, frozenset())

    assert again.version == anew(project)


def test_where_another_upload_has_the_number_of_the_last_all_is_read_anew(project: Project) -> None:
    """As after a restore beneath a server that runs on."""
    earlier, lines = before_lines(captured_exports("python/1.8.9_full"))
    reading, shown = read_so_far(project, earlier)
    take_back_last(earlier)

    for request in (lines, other_lines(lines)):
        take_captured(project, request)
    again = reading.renewed(shown, frozenset())

    assert again.version == anew(project)


def test_what_a_restore_took_away_is_not_shown_on(project: Project) -> None:
    earlier, _ = before_lines(captured_exports("python/1.8.9_full"))
    reading, shown = read_so_far(project, earlier)
    take_back_last(earlier)

    assert reading.renewed(shown, frozenset()).version == anew(project)


def take_back_last(requests: list[CapturedRequest]) -> None:
    """As a restore does, of these."""
    Batch.objects.filter(seq=len(requests)).delete()
    Session.objects.update(cursor=len(requests) - 1)


def other_lines(request: CapturedRequest) -> CapturedRequest:
    """The same, told a second later."""
    export = ExportLogsServiceRequest.FromString(request.inflated)
    for line in export.resource_logs[0].scope_logs[0].log_records:
        line.time_unix_nano += 10**9
    return replace(request, body=gzip.compress(export.SerializeToString()))


def before_lines(requests: list[CapturedRequest]) -> tuple[list[CapturedRequest], CapturedRequest]:
    """The first ones, and one with nothing but lines, of which there were some before."""
    signals = [request.signal for request in requests]
    at = signals.index("logs", signals.index("traces", 10) + 2)
    return requests[:at], requests[at]


def read_so_far(project: Project, requests: list[CapturedRequest]) -> tuple[SessionReading, Shown]:
    for request in requests:
        take_captured(project, request)
    reading = reading_of(project)
    return reading, reading.renewed(None, frozenset())
