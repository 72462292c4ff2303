"""Mends what JSON may hold and no database or codec takes: NUL, surrogates, NaN, huge integers, depth."""

import json
import math
from typing import Any

from observability.limits import MAX_JSON_DEPTH
from observability.otlp.clean import MAX_INT64, MIN_INT64, Cleaner
from observability.records import HeaderRecord
from observability.sessions.ids import bounded_id

MAX_NAME_CHARACTERS = 200
"""What the column of the room's name holds."""
MAX_DURATION_MS = 2**40
"""35 years. The SDKs send milliseconds; more than this overflows integer nanoseconds."""

_cleaner = Cleaner(MAX_JSON_DEPTH)


def storable(value: Any, *, levels: int = MAX_JSON_DEPTH) -> Any:
    """The same JSON value, as `observability.records` writes it; null for what is deeper than `levels`."""
    if isinstance(value, str):
        return _cleaner.any_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {"$double": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, int) and not MIN_INT64 <= value <= MAX_INT64:
        return str(value)
    if isinstance(value, dict | list) and levels <= 0:
        return None
    if isinstance(value, list):
        return [storable(inner, levels=levels - 1) for inner in value]
    if isinstance(value, dict):
        return {_cleaner.any_text(key): storable(inner, levels=levels - 1) for key, inner in value.items()}
    return value


def storable_header(header: HeaderRecord) -> HeaderRecord:
    if header.get("duration_ms", 0) > MAX_DURATION_MS:
        del header["duration_ms"]
    mended: HeaderRecord = storable(header)
    if "session_summary" in mended:
        mended["session_summary"] = _storable_json(mended["session_summary"])
    mended["job_id"] = bounded_id(mended["job_id"])
    mended["room_id"] = bounded_id(mended["room_id"])
    if "room_name" in mended:
        mended["room_name"] = mended["room_name"][:MAX_NAME_CHARACTERS]
    return mended


def _storable_json(text: str) -> str:
    """JSON text as received, unless what it escapes could not be stored once it is read."""
    if "\\u" not in text:
        return text
    try:
        return json.dumps(storable(json.loads(text)), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
