"""Export requests of every lawful shape, for property tests."""

from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

texts = st.text(max_size=6)
keys = st.sampled_from(["job_id", "room_id", "a", "$bytes", "$kvlist", "$double", ""])
uint32 = st.sampled_from([0, 1, 2**32 - 1])
times = st.sampled_from([0, 1, 1_795_338_050_752_000_000, 2**63 - 1, 2**64 - 1])
uint64 = st.sampled_from([0, 1, 2**64 - 1])
int64 = st.sampled_from([0, 1, -1, 2**63 - 1, -(2**63)])
doubles = st.floats(width=64)
trace_ids = st.sampled_from([b"", bytes(range(16)), b"\x01" * 16, bytes(16), b"\x01"])
span_ids = st.sampled_from([b"", bytes(range(8)), b"\x01" * 8, bytes(8), b"\x01"])


def some(fields):
    """A message's fields, each there or not."""
    return st.fixed_dictionaries({}, optional=fields)


def lists(inner):
    return st.lists(inner, max_size=3)


plain_values = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"string_value": texts}),
    st.fixed_dictionaries({"bool_value": st.booleans()}),
    st.fixed_dictionaries({"int_value": int64}),
    st.fixed_dictionaries({"double_value": doubles}),
    st.fixed_dictionaries({"bytes_value": st.binary(max_size=4)}),
)
values = st.recursive(
    plain_values,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"array_value": some({"values": lists(inner)})}),
        st.fixed_dictionaries({"kvlist_value": some({"values": lists(some({"key": keys, "value": inner}))})}),
    ),
    max_leaves=6,
).map(lambda fields: AnyValue(**fields))
attributes = lists(some({"key": keys, "value": values}))

resources = some(
    {
        "attributes": attributes,
        "dropped_attributes_count": uint32,
        "entity_refs": lists(some({"schema_url": texts, "type": texts, "id_keys": lists(texts)})),
    }
)
scopes = some({"name": texts, "version": texts, "attributes": attributes, "dropped_attributes_count": uint32})

events = some(
    {"time_unix_nano": times, "name": texts, "attributes": attributes, "dropped_attributes_count": uint32}
)
links = some(
    {
        "trace_id": trace_ids,
        "span_id": span_ids,
        "trace_state": texts,
        "attributes": attributes,
        "flags": uint32,
    }
)
spans = some(
    {
        "trace_state": texts,
        "parent_span_id": span_ids,
        "flags": uint32,
        "name": texts,
        "kind": st.integers(0, 5),
        "start_time_unix_nano": times,
        "end_time_unix_nano": times,
        "attributes": attributes,
        "dropped_attributes_count": uint32,
        "events": lists(events),
        "dropped_events_count": uint32,
        "links": lists(links),
        "dropped_links_count": uint32,
        "status": some({"code": st.integers(0, 2), "message": texts}),
    }
).flatmap(
    lambda fields: st.fixed_dictionaries({"trace_id": trace_ids, "span_id": span_ids}).map(
        lambda ids: fields | ids
    )
)
log_records = some(
    {
        "time_unix_nano": times,
        "observed_time_unix_nano": times,
        "severity_number": st.integers(0, 24),
        "severity_text": texts,
        "body": values,
        "attributes": attributes,
        "dropped_attributes_count": uint32,
        "flags": uint32,
        "trace_id": trace_ids,
        "span_id": span_ids,
        "event_name": texts,
    }
)

numbers = st.one_of(
    st.just({}), st.fixed_dictionaries({"as_int": int64}), st.fixed_dictionaries({"as_double": doubles})
)


def with_number(fields):
    return st.tuples(some(fields), numbers).map(lambda parts: parts[0] | parts[1])


exemplars = lists(
    with_number(
        {
            "filtered_attributes": attributes,
            "time_unix_nano": times,
            "span_id": span_ids,
            "trace_id": trace_ids,
        }
    )
)
point = {"attributes": attributes, "start_time_unix_nano": times, "time_unix_nano": times, "flags": uint32}
extent = {"count": uint64, "sum": doubles, "min": doubles, "max": doubles, "exemplars": exemplars}
number_points = lists(with_number(point | {"exemplars": exemplars}))
histogram_points = lists(
    some(point | extent | {"bucket_counts": lists(uint64), "explicit_bounds": lists(doubles)})
)
buckets = some({"offset": st.integers(-5, 5), "bucket_counts": lists(uint64)})
exponential_points = lists(
    some(
        point
        | extent
        | {
            "scale": st.integers(-5, 5),
            "zero_count": uint64,
            "zero_threshold": doubles,
            "positive": buckets,
            "negative": buckets,
        }
    )
)
summary_points = lists(
    some(
        point
        | {
            "count": uint64,
            "sum": doubles,
            "quantile_values": lists(some({"quantile": doubles, "value": doubles})),
        }
    )
)
temporalities = {"aggregation_temporality": st.integers(0, 2)}
data = st.one_of(
    st.fixed_dictionaries({"gauge": some({"data_points": number_points})}),
    st.fixed_dictionaries(
        {"sum": some({"data_points": number_points, "is_monotonic": st.booleans()} | temporalities)}
    ),
    st.fixed_dictionaries({"histogram": some({"data_points": histogram_points} | temporalities)}),
    st.fixed_dictionaries(
        {"exponential_histogram": some({"data_points": exponential_points} | temporalities)}
    ),
    st.fixed_dictionaries({"summary": some({"data_points": summary_points})}),
)
metrics = st.tuples(
    some({"name": texts, "description": texts, "unit": texts, "metadata": attributes}), data
).map(lambda parts: parts[0] | parts[1])


def _groups(scope_list, item_list, items):
    scoped = some({"scope": scopes, item_list: lists(items), "schema_url": texts})
    return lists(some({"resource": resources, scope_list: lists(scoped), "schema_url": texts}))


trace_requests = _groups("scope_spans", "spans", spans).map(
    lambda found: ExportTraceServiceRequest(resource_spans=found)
)
log_requests = _groups("scope_logs", "log_records", log_records).map(
    lambda found: ExportLogsServiceRequest(resource_logs=found)
)
metric_requests = _groups("scope_metrics", "metrics", metrics).map(
    lambda found: ExportMetricsServiceRequest(resource_metrics=found)
)


def requests():
    """Export requests of any of the three signals."""
    return trace_requests | log_requests | metric_requests
