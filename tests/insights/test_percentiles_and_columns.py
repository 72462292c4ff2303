"""The plain parts: percentiles of packed durations, and the columns of a reader's calendar."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.insights.buckets import starts_of, unit_of
from observability.insights.percentiles import NOTHING, spread_of, spread_of_values, times_by_name, unpacked
from observability.timeline.facts import ANSWER_TIMES
from observability.timeline.figures import percentile
from observability.timeline.packed import packed

DURATIONS = st.lists(st.none() | st.floats(0, 1e6, width=32), max_size=60)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=400))
BERLIN = ZoneInfo("Europe/Berlin")


@given(DURATIONS)
def test_percentiles_of_packed_durations_are_those_of_the_durations(durations: list[float | None]) -> None:
    known = [ms for ms in durations if ms is not None]

    spread = spread_of(unpacked([packed(durations)]))

    assert spread.count == len(known)
    told = [spread.p50_ms, spread.p95_ms, spread.p99_ms]
    for figure, share in zip(told, (0.5, 0.95, 0.99), strict=True):
        exact = percentile(known, share)
        assert figure is exact is None or figure == pytest.approx(exact, rel=1e-6)


@given(st.lists(DURATIONS, max_size=5))
def test_sessions_behind_one_another_are_one_column_of_each_part(sessions: list[list[float | None]]) -> None:
    """One more in each part than in the part before."""
    width = len(ANSWER_TIMES)
    rows = [[[ms and ms + part for part in range(width)] for ms in session] for session in sessions]

    chunks = (packed([ms for row in session for ms in row]) for session in rows)
    times = times_by_name(chunks, ANSWER_TIMES)

    for part, name in enumerate(ANSWER_TIMES):
        values = unpacked([packed([row[part] for session in rows for row in session])])
        assert spread_of(times[name]) == spread_of(values)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf"), 1e300, None])
def test_what_is_no_duration_is_not_measured(odd: float | None) -> None:
    assert spread_of(unpacked([packed([odd, 7.0])])) == spread_of_values([7.0])
    assert spread_of(unpacked([packed([odd])])) == NOTHING


@given(MOMENTS, LENGTHS, ZONES)
def test_columns_cover_the_range_and_begin_on_the_readers_clock(
    until: datetime, length: timedelta, name: str
) -> None:
    zone, since = ZoneInfo(name), until - length

    starts = starts_of(since, until, zone)

    assert starts[0] == since
    assert starts[-1] < until
    assert len(starts) <= 100
    assert all(one < other for one, other in pairwise(starts))
    unit = unit_of(since, until)
    for start in starts[1:]:
        local = start.astimezone(zone)
        assert (local.second, local.microsecond, local.minute % 5) == (0, 0, 0)
        assert unit not in ("day", "week") or (local.hour, local.minute) == (0, 0)
        assert unit != "week" or local.weekday() == 0


@pytest.mark.parametrize(
    ("length", "unit"),
    [
        (timedelta(hours=1), "5 minutes"),
        (timedelta(hours=24), "hour"),
        (timedelta(days=7), "day"),
        (timedelta(days=30), "day"),
        (timedelta(days=200), "week"),
    ],
)
def test_columns_are_as_long_as_the_range_allows(length: timedelta, unit: str) -> None:
    since = datetime(2026, 5, 1, tzinfo=UTC)

    assert unit_of(since, since + length) == unit


def test_the_day_on_which_clocks_go_back_has_25_hours() -> None:
    starts = starts_of(datetime(2026, 10, 23, 22, tzinfo=UTC), datetime(2026, 10, 27, 12, tzinfo=UTC), BERLIN)

    assert [(after - start) // timedelta(hours=1) for start, after in pairwise(starts)] == [24, 25, 24]
    assert {start.astimezone(BERLIN).hour for start in starts} == {0}
