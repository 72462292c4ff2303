"""The one codec of journal and archive: zstd over JSON lines, one record a line (observability/records.py)."""

import threading
from collections.abc import Iterable, Sequence

import orjson
import zstandard

from observability.records import Record

LEVEL = 3
MAX_PAYLOAD_BYTES = 256 * 1024 * 1024
"""A batch is bounded by what one request may hold; this only stops a damaged frame header from taking the memory."""

_threads = threading.local()


def encode(records: Iterable[Record]) -> bytes:
    lines = b"\n".join([orjson.dumps(record) for record in records])
    return _compressor().compress(lines)


def decode(payload: bytes) -> list[Record]:
    lines = _decompressor().decompress(payload, max_output_size=MAX_PAYLOAD_BYTES)
    if not lines:
        return []
    return orjson.loads(b"[" + lines.replace(b"\n", b",") + b"]")  # type: ignore[no-any-return]


def decode_all(payloads: Sequence[bytes]) -> list[list[Record]]:
    return [decode(payload) for payload in payloads]


def _compressor() -> zstandard.ZstdCompressor:
    """zstandard's contexts are fast to use and slow to make, and may not be shared between threads."""
    if not hasattr(_threads, "compressor"):
        _threads.compressor = zstandard.ZstdCompressor(level=LEVEL)
    return _threads.compressor  # type: ignore[no-any-return]


def _decompressor() -> zstandard.ZstdDecompressor:
    if not hasattr(_threads, "decompressor"):
        _threads.decompressor = zstandard.ZstdDecompressor()
    return _threads.decompressor  # type: ignore[no-any-return]
