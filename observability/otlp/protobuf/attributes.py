"""Attributes, resources and scopes of protobuf messages."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource as ResourceMessage

from observability.otlp.clean import Cleaner
from observability.otlp.values import Repeated, bytes_value, double_value, gathered, kvlist_value
from observability.records import Attributes, EntityRef, Resource, Scope, Value


class ResourceGroup(Protocol):
    """ResourceSpans, ResourceLogs or ResourceMetrics."""

    @property
    def resource(self) -> ResourceMessage: ...
    @property
    def schema_url(self) -> str: ...


class ScopeGroup(Protocol):
    """ScopeSpans, ScopeLogs or ScopeMetrics."""

    @property
    def scope(self) -> InstrumentationScope: ...
    @property
    def schema_url(self) -> str: ...


def attributes_of(pairs: Iterable[KeyValue], cleaner: Cleaner) -> tuple[Attributes, Repeated]:
    return gathered(_plain_pairs(pairs, cleaner, 1))


def _plain_pairs(pairs: Iterable[KeyValue], cleaner: Cleaner, depth: int) -> Iterator[tuple[str, Value]]:
    for pair in pairs:
        key, value = pair.key, pair.value
        if "\x00" in key:
            key = cleaner.text(key)
        text = value.string_value
        if text:  # four of five attributes; asking WhichOneof first costs a fifth more
            yield key, text if "\x00" not in text else cleaner.text(text)
        else:
            yield key, plain_value(value, cleaner, depth)


def plain_value(value: AnyValue, cleaner: Cleaner, depth: int = 1) -> Value:
    """An AnyValue as the record schema writes it. Raises BadRecord if it is nested too deep."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return cleaner.text(value.string_value)
    if kind == "int_value":
        return value.int_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "double_value":
        return double_value(value.double_value)
    if kind == "bytes_value":
        return bytes_value(value.bytes_value)
    return _nested_value(value, kind, cleaner, depth)


def _nested_value(value: AnyValue, kind: str | None, cleaner: Cleaner, depth: int) -> Value:
    if kind == "array_value":
        inner_depth = cleaner.deeper(depth)
        return [plain_value(inner, cleaner, inner_depth) for inner in value.array_value.values]
    if kind == "kvlist_value":
        return kvlist_value(list(_plain_pairs(value.kvlist_value.values, cleaner, cleaner.deeper(depth))))
    return None


def resource_of(group: ResourceGroup, cleaner: Cleaner) -> Resource:
    """Built once for all records under it, which share it."""
    message = group.resource
    resource: Resource = {}
    attributes, repeated = attributes_of(message.attributes, cleaner)
    if attributes:
        resource["attributes"] = attributes
    if repeated:
        resource["repeated"] = repeated
    if message.dropped_attributes_count:
        resource["dropped_attributes_count"] = message.dropped_attributes_count
    if message.entity_refs:
        resource["entity_refs"] = _entity_refs(message, cleaner)
    if group.schema_url:
        resource["schema_url"] = cleaner.text(group.schema_url)
    return resource


def _entity_refs(message: ResourceMessage, cleaner: Cleaner) -> list[EntityRef]:
    return [
        {
            "schema_url": cleaner.text(entity.schema_url),
            "type": cleaner.text(entity.type),
            "id_keys": [cleaner.text(key) for key in entity.id_keys],
            "description_keys": [cleaner.text(key) for key in entity.description_keys],
        }
        for entity in message.entity_refs
    ]


def scope_of(group: ScopeGroup, cleaner: Cleaner) -> Scope:
    """As `resource_of`."""
    message = group.scope
    scope: Scope = {}
    if message.name:
        scope["name"] = cleaner.text(message.name)
    if message.version:
        scope["version"] = cleaner.text(message.version)
    attributes, repeated = attributes_of(message.attributes, cleaner)
    if attributes:
        scope["attributes"] = attributes
    if repeated:
        scope["repeated"] = repeated
    if message.dropped_attributes_count:
        scope["dropped_attributes_count"] = message.dropped_attributes_count
    if group.schema_url:
        scope["schema_url"] = cleaner.text(group.schema_url)
    return scope
