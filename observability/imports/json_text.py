"""JSON that anybody may have written, parsed within the bounds of an upload."""

from typing import IO, Any

from observability.imports.refusals import TooMuch, Unreadable
from observability.otlp.body import BodyTooLarge, MalformedBody, read_bounded
from observability.otlp.bounds import LIMITS
from observability.otlp.clean import Cleaner
from observability.otlp.count import TooManyItems, check_json
from observability.otlp.otlp_json.parse import parsed_json

PIECE_BYTES = 256 * 1024


def object_in(file: IO[bytes], *, name: str, max_bytes: int) -> dict[str, Any]:
    """Free of NUL and lone surrogates. Raises Unreadable or TooMuch."""
    body = read_all(file, name=name, max_bytes=max_bytes)
    try:
        check_json(body, LIMITS)
        found = parsed_json(body, Cleaner(LIMITS.nesting), LIMITS)
    except TooManyItems as fault:
        raise TooMuch(f"{name}: {fault}.") from fault
    except MalformedBody as fault:
        raise Unreadable(f"{name}: {fault}.") from fault
    if not isinstance(found, dict):
        raise Unreadable(f"{name} does not hold a JSON object.")
    return found


def read_all(file: IO[bytes], *, name: str, max_bytes: int) -> bytes:
    """In pieces: a buffered reader makes room at once for all that it is asked for. Raises TooMuch."""
    try:
        return read_bounded(iter(lambda: file.read(PIECE_BYTES), b""), max_bytes=max_bytes)
    except BodyTooLarge as fault:
        raise TooMuch(f"{name} is larger than {max_bytes} bytes.") from fault
