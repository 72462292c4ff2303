"""What is exported and decoded again is what was there before."""

import orjson
import pytest
from hypothesis import given, settings

from observability.otlp.decode import decode
from observability.otlp.export import export, resource_groups
from tests.captured import RUNS, captured_exports
from tests.otlp.messages import JSON, LIMITS, attribute, decoded, signal_of, span, traces
from tests.otlp.strategies import requests


def exported_and_decoded(signal, records):
    return decode(signal, orjson.dumps(export(signal, records)), JSON, LIMITS)


@given(requests())
@settings(max_examples=200)
def test_an_export_loses_nothing(request_):
    signal, records = signal_of(request_), decoded(request_).records

    again = exported_and_decoded(signal, records)

    assert orjson.dumps(again.records, option=orjson.OPT_SORT_KEYS) == orjson.dumps(
        records, option=orjson.OPT_SORT_KEYS
    )
    assert (again.rejected, again.sanitised) == ({}, {})


@pytest.mark.parametrize("run", RUNS)
def test_an_export_of_captured_records_read_back_from_json_loses_nothing(run):
    for request in captured_exports(run):
        records = decode(request.signal, request.inflated, request.content_type, LIMITS).records
        kept = orjson.loads(orjson.dumps(records))

        assert kept == records
        assert exported_and_decoded(request.signal, kept).records == records


def test_scopes_that_differ_in_a_type_only_stay_apart():
    whole = decoded(traces(span(), attributes=[attribute("v", int_value=1)])).records
    double = decoded(traces(span(), attributes=[attribute("v", double_value=1.0)])).records

    again = exported_and_decoded("traces", whole + double).records

    assert [type(record["scope"]["attributes"]["v"]) for record in again] == [int, float]


def test_records_are_exported_as_they_come_without_holding_them():
    first, second = decoded(traces(span())).records * 2
    second = second | {"resource": {"attributes": {"host": "b"}}}
    taken = []

    def records():
        for record in (first, second, first):
            taken.append(record)
            yield record

    groups = resource_groups("traces", records())
    next(groups)

    assert len(taken) == 2
    assert len(list(groups)) == 2
