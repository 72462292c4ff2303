"""The rows of a benchmark's table: what, figure, goal. For people, or with --json for benchmarks/all.py."""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

from benchmarks.machine import slowness

SLOWNESS = "time this machine takes for 1 s where the goals were set"


@dataclass(frozen=True, slots=True)
class Row:
    """`value` is there where the figure is one number, so that medians of several runs can be taken."""

    what: str
    figure: str
    goal: str = ""
    is_met: bool = True
    value: float | None = None
    unit: str = ""
    most: float | None = None
    least: float | None = None
    peer: float | None = None
    """The same figure of whom it is compared with."""


def told(what: str, value: float, unit: str = "") -> Row:
    """A figure without a goal."""
    return Row(what, text_of(value, unit), "", True, value, unit)


def at_most(what: str, value: float, most: float, unit: str = "") -> Row:
    return Row(what, text_of(value, unit), f"<= {text_of(most, unit)}", value <= most, value, unit, most=most)


def at_least(what: str, value: float, least: float, unit: str = "") -> Row:
    return Row(
        what, text_of(value, unit), f">= {text_of(least, unit)}", value >= least, value, unit, least=least
    )


def none(what: str, count: float) -> Row:
    return Row(what, text_of(count), "0", not count, count, most=0)


def machine_row() -> Row:
    return told(SLOWNESS, slowness(), "s")


def of_median(rows: Sequence[Row]) -> Row:
    """One row of several runs' rows: with the median, except where nothing at all was allowed."""
    first = rows[0]
    if len(rows) == 1:
        return first
    values = [row.value for row in rows if row.value is not None]
    if len(values) < len(rows):
        return next((row for row in rows if not row.is_met), rows[-1])
    value = max(values) if first.most == 0 else median(values)
    if first.most == 0:
        return none(first.what, value)
    if first.most is not None:
        return at_most(first.what, value, first.most, first.unit)
    if first.least is not None:
        return at_least(first.what, value, first.least, first.unit)
    return told(first.what, value, first.unit)


def text_of(value: float, unit: str = "") -> str:
    if value != int(value) and abs(value) < 1:
        return f"{value:.3g} {unit}".strip()
    digits = 0 if value == int(value) or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def share(values: Sequence[float], part: float) -> float:
    """The value that so large a part of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * part) - 1)]


def parser_of(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one row a line, for benchmarks/all.py")
    return parser


def finish(rows: Sequence[Row], *, as_json: bool = False) -> int:
    """Prints them. The exit code says whether all goals are met."""
    width = max(len(row.what) for row in rows)
    for row in rows:
        if as_json:
            print(json.dumps(asdict(row)))
        else:
            beside = "" if row.peer is None else f"   (beside it {text_of(row.peer, row.unit)})"
            verdict = "ok  " if row.is_met else "MISS"
            print(f"{verdict} {row.what:<{width}} {row.figure:>16}   {row.goal:<12}{beside}".rstrip())
    return 0 if all(row.is_met for row in rows) else 1
