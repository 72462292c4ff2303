"""Attribute values and numbers written back as OTLP/JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from observability.otlp.values import TAGS
from observability.records import Value

Json = dict[str, Any]
Plain = Mapping[str, Any]
"""A record or a part of one; the record schema's TypedDicts seen as plain mappings."""


def without_nothing(fields: Plain) -> Json:
    """The object without fields that OTLP reads as absent anyway."""
    return {name: value for name, value in fields.items() if value not in (None, "", 0, [], {})}


def attributes_of(part: Plain) -> list[Json]:
    """The attributes of a record, event, link, scope or resource, the repeated ones behind the first."""
    first: Mapping[str, Value] = part.get("attributes", {})
    return key_values(first.items()) + key_values(part.get("repeated", ()))


def key_values(pairs: Iterable[Iterable[Value]]) -> list[Json]:
    return [{"key": key, "value": any_value(value)} for key, value in pairs]


def any_value(value: Value) -> Json:
    """The AnyValue of a value as the record schema writes it."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(inner) for inner in value]}}
    return {} if value is None else _object_value(value)


def _object_value(value: dict[str, Value]) -> Json:
    tag = next(iter(value)) if len(value) == 1 else ""
    if tag not in TAGS:
        return {"kvlistValue": {"values": key_values(value.items())}}
    if tag == "$bytes":
        return {"bytesValue": value[tag]}
    if tag == "$double":
        return {"doubleValue": value[tag]}
    return {"kvlistValue": {"values": key_values(value[tag])}}


def double(value: Value) -> float | str:
    """A double of a data point: JSON has no NaN, so protobuf's JSON mapping writes its name."""
    name_or_number: float | str = value["$double"] if isinstance(value, dict) else value
    return name_or_number
