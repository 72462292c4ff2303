"""The journal's codec: zstd over JSON lines, one record a line (observability/records.py).

An upload's few records say the same names each time, so they are compressed with a dictionary of these
(docs/decisions/0028-a-dictionary-for-batches.md). The payload names it; one without is read as well.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson
import zstandard

from observability.journal.bases import MAX_TEXT_BYTES, MIN_TEXT_BYTES, Base
from observability.limits import MAX_BATCH_BYTES
from observability.records import Record

MAX_DECODED_BYTES = MAX_BATCH_BYTES + 16 * 1024 * 1024
"""The last piece may be a whole record over the limit."""

LEVEL = 3
DICTIONARY = zstandard.ZstdCompressionDict(
    (Path(__file__).parent / "dictionaries" / "32769.zstd-dict").read_bytes()
)
"""Payloads need it for as long as they lie in a journal or a backup: it is never changed, only followed by another."""
DICTIONARY.precompute_compress(level=LEVEL)
NAMES = DICTIONARY.as_bytes()
"""Before each base, so that what leans on one does not lack the dictionary's names."""
PIECE_BYTES = 1024 * 1024
"""Larger batches are compressed piece by piece: their lines together can be far larger than the request was."""

_threads = threading.local()


class BatchTooLarge(Exception):
    """The records, each with its resource and scope, exceed what one batch may be."""


@dataclass(frozen=True, slots=True)
class Encoded:
    payload: bytes
    base: Base | None = None
    """What it cannot be read without."""
    text: bytes = b""
    """The lines, if later batches may lean on them."""


def encode(records: Iterable[Record]) -> bytes:
    """Leaning on no other batch. Raises BatchTooLarge beyond MAX_BATCH_BYTES of lines, before they take the memory."""
    return encode_after(None, records).payload


def encode_after(base: Base | None, records: Iterable[Record]) -> Encoded:
    """Leaning on the base, if that suits. Raises BatchTooLarge."""
    lines = bytearray()
    stream, compressed, written = None, [], 0
    for record in records:
        lines += orjson.dumps(record)
        lines += b"\n"
        if len(lines) >= PIECE_BYTES:
            stream = stream or zstandard.ZstdCompressor(level=LEVEL).compressobj()
            written += len(lines)
            if written > MAX_BATCH_BYTES:
                raise BatchTooLarge(
                    f"The records of one session exceed {MAX_BATCH_BYTES} bytes when written one by one."
                )
            compressed.append(stream.compress(bytes(lines)))
            lines.clear()
    if stream is not None:
        return Encoded(b"".join([*compressed, stream.compress(bytes(lines)), stream.flush()]))
    text = bytes(lines)
    if base is not None and base.suits(text):
        return Encoded(_compressor_after(base.text).compress(text), base)
    may_be_base = MIN_TEXT_BYTES <= len(text) <= MAX_TEXT_BYTES and (base is None or base.is_next(text))
    return Encoded(_compressor().compress(text), text=text if may_be_base else b"")


def decode(payload: bytes) -> list[Record]:
    """Raises ValueError if the payload is damaged or claims to be larger than any batch may be."""
    return records_from(text_of(payload))


def records_from(text: bytes) -> list[Record]:
    lines = text.strip()
    return orjson.loads(b"[" + lines.replace(b"\n", b",") + b"]") if lines else []


def lines_in(text: bytes) -> list[bytes]:
    """Each record as it is written."""
    lines = text.strip()
    return lines.split(b"\n") if lines else []


def text_of(payload: bytes, base: bytes | None = None) -> bytes:
    """`base`: the text of the batch that it leans on. Raises ValueError as `decode`, and with another base."""
    decompressor = _decompressor() if base is None else zstandard.ZstdDecompressor(dict_data=_after(base))
    try:
        if zstandard.frame_content_size(payload) > MAX_DECODED_BYTES:
            raise ValueError("The payload is larger than any batch may be.")
        return decompressor.decompress(payload, max_output_size=MAX_DECODED_BYTES)
    except zstandard.ZstdError as fault:
        raise ValueError(f"The payload is damaged: {fault}.") from fault


def _compressor_after(base: bytes) -> zstandard.ZstdCompressor:
    """The checksum tells another base from the right one."""
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=_after(base), write_checksum=True)


def _after(base: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(NAMES + base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _compressor() -> zstandard.ZstdCompressor:
    """zstandard's contexts are fast to use and slow to make, and may not be shared between threads."""
    if not hasattr(_threads, "compressor"):
        _threads.compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=DICTIONARY)
    return _threads.compressor  # type: ignore[no-any-return]


def _decompressor() -> zstandard.ZstdDecompressor:
    if not hasattr(_threads, "decompressor"):
        _threads.decompressor = zstandard.ZstdDecompressor(dict_data=DICTIONARY)
    return _threads.decompressor  # type: ignore[no-any-return]
