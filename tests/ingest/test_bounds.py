"""What a small upload would grow to is bounded, and what is too long for a column costs nobody else."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from observability.journal import codec
from observability.journal.codec import BatchTooLarge, decode, encode
from observability.models import Batch, Session
from observability.queries.records import records_of
from tests.sending import spans, text


def with_heavy_resource(count: int, size: int) -> bytes:
    request = ExportTraceServiceRequest.FromString(spans(*["s"] * count))
    request.resource_spans[0].resource.attributes.add(key="heavy", value=text("x" * size))
    return request.SerializeToString()


def test_upload_that_would_grow_beyond_all_measure_is_refused(agent, monkeypatch):
    monkeypatch.setattr(codec, "MAX_BATCH_BYTES", 4_000_000)

    assert agent.send("traces", with_heavy_resource(100, 10_000), compress=True).status_code == 200
    assert agent.send("traces", with_heavy_resource(1_000, 10_000), compress=True).status_code == 413


@pytest.mark.parametrize("count", [0, 1, 3, 40_000])
def test_records_of_any_number_are_read_as_they_were_written(count):
    records = [{"signal": "log", "position": n, "body": "line\nbreak é"} for n in range(count)]

    assert decode(encode(records)) == records


def test_records_beyond_the_limit_are_not_encoded(monkeypatch):
    monkeypatch.setattr(codec, "MAX_BATCH_BYTES", 2_000_000)

    with pytest.raises(BatchTooLarge):
        encode({"body": "x" * 1_000} for _ in range(5_000))


def test_payload_that_claims_to_be_larger_than_any_batch_is_not_read(monkeypatch):
    payload = encode([{"body": "x" * 10_000}])
    monkeypatch.setattr(codec, "MAX_DECODED_BYTES", 5_000)

    with pytest.raises(ValueError, match="larger than any batch"):
        decode(payload)


def test_ids_longer_than_any_column_are_shortened_and_stay_apart(agent, project):
    long = "AJ_" + "x" * 300
    body = spans("a", job=long + "1", room="R" * 300) + spans("b", job=long + "2") + spans("c", job="AJ_1")

    assert agent.send("traces", body).status_code == 200

    found = {s.job_id: records_of(s)[0]["name"] for s in Session.objects.for_project(project)}
    assert sorted(found.values()) == ["a", "b", "c"]
    assert all(len(job_id) <= 200 for job_id in found)


def test_batch_number_given_twice_is_an_error_and_no_repetition(agent, project):
    agent.send("traces", spans("a"))
    Session.objects.update(cursor=0)

    assert agent.send("traces", spans("b", first_id=2)).status_code == 503
    assert Batch.objects.count() == 1


def test_rejected_records_are_counted(agent, project, monkeypatch):
    request = ExportTraceServiceRequest.FromString(spans("a", "b"))
    request.resource_spans[0].scope_spans[0].spans[1].span_id = b"short"
    agent.send("traces", request.SerializeToString())
    monkeypatch.setattr("observability.sessions.keep.MAX_SESSION_RECORDS", 1)
    agent.send("traces", spans("c", "job_entrypoint", first_id=3))

    session = Session.objects.get()
    assert (session.span_count, session.rejected_count, session.status) == (1, 3, "ended")


def test_what_is_refused_or_mended_in_an_upload_is_counted_once_however_often_it_comes(agent, project):
    request = ExportTraceServiceRequest.FromString(spans("a\x00b", "b"))
    request.resource_spans[0].scope_spans[0].spans[1].span_id = b"short"

    for _ in range(3):
        assert agent.send("traces", request.SerializeToString()).status_code == 200

    session = Session.objects.get()
    assert (session.span_count, session.duplicate_count, session.rejected_count) == (1, 2, 1)
    assert session.discarded == {"sanitised": 1}


def test_what_is_refused_in_an_upload_of_several_jobs_is_counted_with_one_of_them(agent, project):
    request = ExportTraceServiceRequest.FromString(spans("a", "b") + spans("c", job="AJ_2"))
    request.resource_spans[0].scope_spans[0].spans[1].span_id = b"short"

    agent.send("traces", request.SerializeToString())

    assert [s.rejected_count for s in Session.objects.order_by("job_id")] == [1, 0]
