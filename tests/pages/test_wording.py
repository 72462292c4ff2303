import pytest

from observability.pages.spark import spark_of
from observability.pages.wording import clock, count, duration, length, offset, seconds


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (None, "–"),
        (0, "0.0 ms"),
        (9.94, "9.9 ms"),
        (254.4, "254 ms"),
        (999.7, "1.00 s"),
        (1360.7, "1.36 s"),
        (59_996, "1:00"),
        (142_326, "2:22"),
        (3_742_000, "1:02:22"),
    ],
)
def test_a_duration_is_shown_in_the_unit_that_fits_it(ms: float | None, shown: str) -> None:
    assert str(duration(ms)) == shown


@pytest.mark.parametrize(
    ("ms", "decimals", "shown"),
    [
        (None, 0, "–"),
        (49_712, 0, "0:49"),
        (49_712, 2, "0:49.71"),
        (59_994, 2, "0:59.99"),
        (59_999.9, 2, "0:59.99"),
        (-52, 2, "−0:00.05"),
        (3_742_000, 0, "1:02:22"),
    ],
)
def test_an_offset_counts_from_the_sessions_start(ms: float | None, decimals: int, shown: str) -> None:
    assert offset(ms, decimals=decimals) == shown


def test_a_missing_figure_is_shown_as_missing() -> None:
    assert (str(seconds(None)), clock(None)) == ("–", "–")


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (None, "–"),
        (20, "< 0:01"),
        (49_712, "0:50"),
        (142_326, "2:22"),
        (142_500.1, "2:23"),
        (3_599_700, "1:00:00"),
    ],
)
def test_the_length_of_a_session_is_told_to_the_nearest_second(ms: float | None, shown: str) -> None:
    assert str(length(ms)) == shown


def test_counts_have_their_noun() -> None:
    assert [count(n, "span") for n in (0, 1, 1270)] == ["0 spans", "1 span", "1,270 spans"]


def test_the_little_chart_marks_slow_and_missing_answers() -> None:
    spark = spark_of([800, 1300, None], is_live=True)

    assert [bar.kind for bar in spark.bars] == ["", "slow", "none", "now"]
    assert spark.label == "3 turns, answered after 0.80 s to 1.30 s, 1 without an answer"


def test_the_little_chart_of_a_long_session_stays_as_wide_and_keeps_the_slowest() -> None:
    spark = spark_of([500.0] * 400 + [1900.0], is_live=False)

    assert len(spark.bars) <= 60
    assert max(bar.x + bar.width for bar in spark.bars) <= 136
    assert spark.bars[-1].kind == "slow"


def test_the_little_charts_axis_is_never_cut_off() -> None:
    spark = spark_of([1200.0, 4800.0], is_live=False)

    assert [bar.height for bar in spark.bars] == [6.0, 24.0]
    assert spark.target_y == 18.0
