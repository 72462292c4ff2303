"""Attribute values as the record schema writes them, and the identity that they give a record."""

import math
from base64 import b64encode
from collections.abc import Iterable

from observability.records import Attributes, Received, Scope, Value

TAGS = frozenset({"$bytes", "$double", "$kvlist"})

Repeated = list[list[Value]]


def gathered(pairs: Iterable[tuple[str, Value]]) -> tuple[Attributes, Repeated]:
    """Attributes by key, the first of each winning, and the [key, value] pairs that came second."""
    first: Attributes = {}
    repeated: Repeated = []
    for key, value in pairs:
        if key in first:
            repeated.append([key, value])
        else:
            first[key] = value
    return first, repeated


def kvlist_value(pairs: list[tuple[str, Value]]) -> Value:
    """An object, or the tagged list of pairs where an object would lose or mean something else."""
    plain = dict(pairs)
    if len(plain) != len(pairs) or (len(plain) == 1 and not TAGS.isdisjoint(plain)):
        return {"$kvlist": [list(pair) for pair in pairs]}
    return plain


def bytes_value(raw: bytes) -> Value:
    return {"$bytes": b64encode(raw).decode("ascii")}


def double_value(number: float) -> Value:
    if math.isfinite(number):
        return number
    return {"$double": "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"}


def own_identity(attributes: Attributes) -> tuple[str, str]:
    """(job_id, room_id) as the record's own attributes say, "" for what they do not (CONTRACT 5.2)."""
    job_id, room_id = attributes.get("job_id", ""), attributes.get("room_id", "")
    return job_id if isinstance(job_id, str) else "", room_id if isinstance(room_id, str) else ""


def log_identity(attributes: Attributes, scope: Scope) -> tuple[str, str]:
    """As `own_identity`; what is missing comes from the scope, as good for logs (CONTRACT 7.1, 7.2)."""
    job_id, room_id = own_identity(attributes)
    if job_id and room_id:
        return job_id, room_id
    scope_job_id, scope_room_id = own_identity(scope.get("attributes", {}))
    return job_id or scope_job_id, room_id or scope_room_id


def resource_identity(record: Received) -> tuple[str, str]:
    """(job_id, room_id) of the resource: last resort for foreign records, wrong if jobs share a process."""
    return own_identity(record["resource"].get("attributes", {}))
