"""Attributes, resources and scopes of OTLP/JSON."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

from observability.otlp.clean import BadRecord, Cleaner
from observability.otlp.otlp_json.fields import (
    Json,
    as_double,
    as_object,
    field,
    int64_or_text,
    integer,
    objects,
    text,
)
from observability.otlp.values import Repeated, bytes_value, gathered, kvlist_value
from observability.records import Attributes, EntityRef, Resource, Scope, Value


def attributes_of(parent: Json, cleaner: Cleaner, name: str = "attributes") -> tuple[Attributes, Repeated]:
    return gathered(_plain_pairs(objects(parent, name), cleaner, 1))


def _plain_pairs(pairs: list[Json], cleaner: Cleaner, depth: int) -> Iterator[tuple[str, Value]]:
    for pair in pairs:
        yield text(pair, "key"), plain_value(pair.get("value"), cleaner, depth)


def plain_value(value: Any, cleaner: Cleaner, depth: int = 1) -> Value:
    """An AnyValue object as the record schema writes it. Raises BadRecord if nested too deep or none."""
    for kind, inner in as_object(value, "value").items():
        read = _KINDS.get(kind)
        if read is not None and inner is not None:
            return read(inner, cleaner, depth)
    return None


def _string(value: Any, cleaner: Cleaner, depth: int) -> Value:
    if not isinstance(value, str):
        raise BadRecord("stringValue is not a string")
    return value


def _bool(value: Any, cleaner: Cleaner, depth: int) -> Value:
    if not isinstance(value, bool):
        raise BadRecord("boolValue is not a boolean")
    return value


def _int(value: Any, cleaner: Cleaner, depth: int) -> Value:
    return int64_or_text(value, "intValue", cleaner)


def _double(value: Any, cleaner: Cleaner, depth: int) -> Value:
    return as_double(value, "doubleValue")


def _bytes(value: Any, cleaner: Cleaner, depth: int) -> Value:
    """Base64 of either alphabet, padded or not, as protobuf's JSON mapping allows."""
    try:
        standard = value.replace("-", "+").replace("_", "/")
        return bytes_value(b64decode(standard + "=" * (-len(standard) % 4), validate=True))
    except (AttributeError, ValueError, binascii.Error):
        raise BadRecord("bytesValue is not base64") from None


def _array(value: Any, cleaner: Cleaner, depth: int) -> Value:
    inner_depth = cleaner.deeper(depth)
    values = as_object(value, "arrayValue").get("values")
    if values is None:
        return []
    if not isinstance(values, list):
        raise BadRecord("values is not a list")
    return [plain_value(inner, cleaner, inner_depth) for inner in values]


def _kvlist(value: Any, cleaner: Cleaner, depth: int) -> Value:
    pairs = objects(as_object(value, "kvlistValue"), "values")
    return kvlist_value(list(_plain_pairs(pairs, cleaner, cleaner.deeper(depth))))


_KINDS: dict[str, Callable[[Any, Cleaner, int], Value]] = {
    "stringValue": _string,
    "string_value": _string,
    "boolValue": _bool,
    "bool_value": _bool,
    "intValue": _int,
    "int_value": _int,
    "doubleValue": _double,
    "double_value": _double,
    "bytesValue": _bytes,
    "bytes_value": _bytes,
    "arrayValue": _array,
    "array_value": _array,
    "kvlistValue": _kvlist,
    "kvlist_value": _kvlist,
}


def resource_of(group: Json, cleaner: Cleaner) -> Resource:
    """Built once for all records under it, which share it."""
    received = as_object(field(group, "resource"), "resource")
    resource: Resource = {}
    attributes, repeated = attributes_of(received, cleaner)
    if attributes:
        resource["attributes"] = attributes
    if repeated:
        resource["repeated"] = repeated
    if dropped := integer(received, "droppedAttributesCount"):
        resource["dropped_attributes_count"] = dropped
    if entity_refs := [_entity_ref(entity) for entity in objects(received, "entityRefs")]:
        resource["entity_refs"] = entity_refs
    if schema_url := text(group, "schemaUrl"):
        resource["schema_url"] = schema_url
    return resource


def _entity_ref(entity: Json) -> EntityRef:
    return {
        "schema_url": text(entity, "schemaUrl"),
        "type": text(entity, "type"),
        "id_keys": _texts(entity, "idKeys"),
        "description_keys": _texts(entity, "descriptionKeys"),
    }


def _texts(parent: Json, name: str) -> list[str]:
    found = field(parent, name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(key, str) for key in found):
        raise BadRecord(f"{name} is not a list of strings")
    return found


def scope_of(group: Json, cleaner: Cleaner) -> Scope:
    """As `resource_of`."""
    received = as_object(field(group, "scope"), "scope")
    scope: Scope = {}
    if name := text(received, "name"):
        scope["name"] = name
    if version := text(received, "version"):
        scope["version"] = version
    attributes, repeated = attributes_of(received, cleaner)
    if attributes:
        scope["attributes"] = attributes
    if repeated:
        scope["repeated"] = repeated
    if dropped := integer(received, "droppedAttributesCount"):
        scope["dropped_attributes_count"] = dropped
    if schema_url := text(group, "schemaUrl"):
        scope["schema_url"] = schema_url
    return scope
