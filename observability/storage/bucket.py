"""Objects in an S3-compatible bucket, through django-storages.

Its own `open` fetches a whole object into memory, and its cached bucket is shared by threads although
boto3's resources may not be. So objects are asked for here, on the storage's connection of the thread. boto3
is imported late: it costs 30 MB, and an installation without a bucket needs none of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from storages.utils import safe_join

from observability.jobs import NotYet

UPLOAD_PIECE_BYTES = 8 * 1024 * 1024
READ_PIECE_BYTES = 64 * 1024


class StorageFailed(NotYet):
    """The storage cannot be reached or refuses; the same call may succeed later."""


class MissingFile(Exception):
    """The storage answers, and has no such file."""


def upload(storage: Any, key: str, path: Path, *, content_type: str) -> None:
    from boto3.s3.transfer import TransferConfig

    # One piece at a time: in parallel they would stand in memory together.
    pieces = TransferConfig(multipart_chunksize=UPLOAD_PIECE_BYTES, use_threads=False)
    with translated_errors():
        _object(storage, key).upload_file(str(path), ExtraArgs={"ContentType": content_type}, Config=pieces)


def put(storage: Any, key: str, content: bytes, *, content_type: str) -> None:
    with translated_errors():
        _object(storage, key).put(Body=content, ContentType=content_type)


def get(storage: Any, key: str) -> bytes:
    with translated_errors():
        content: bytes = _object(storage, key).get()["Body"].read()
    return content


def pieces_of(storage: Any, key: str, *, first: int, last: int) -> tuple[Iterator[bytes], Any]:
    """The bytes from `first` to `last`, and what to close when done. Raises StorageFailed or MissingFile."""
    with translated_errors():
        body = _object(storage, key).get(Range=f"bytes={first}-{last}")["Body"]
    return _chunks(body), body


def _chunks(body: Any) -> Iterator[bytes]:
    """A connection may break at any of them."""
    with translated_errors():
        yield from body.iter_chunks(READ_PIECE_BYTES)


def size_of(storage: Any, key: str) -> int:
    with translated_errors():
        return int(_object(storage, key).content_length)


def remove(storage: Any, key: str) -> None:
    """It may be gone already: some storages answer that with an error, others with none."""
    with suppress(MissingFile), translated_errors():
        _object(storage, key).delete()


def listed(storage: Any, prefix: str) -> Iterator[tuple[str, int, datetime]]:
    """Key, bytes and time of writing of every object whose key begins with `prefix`, a page at a time."""
    base = _base(storage)
    with translated_errors():
        for found in storage.connection.Bucket(storage.bucket_name).objects.filter(Prefix=base + prefix):
            yield found.key.removeprefix(base), found.size, found.last_modified


def abort_unfinished(storage: Any, prefix: str, *, before: datetime | None = None) -> None:
    """Uploads in several pieces that were begun before, or at all, and never ended: whoever made them was killed.

    Their pieces are no objects, and lie there until this is done or a rule of the bucket does it.
    """
    with translated_errors():
        bucket = storage.connection.Bucket(storage.bucket_name)
        for begun in bucket.multipart_uploads.filter(Prefix=_base(storage) + prefix):
            if before is None or begun.initiated < before:
                with suppress(MissingFile), translated_errors():
                    begun.Object().MultipartUpload(begun.id).abort()


def _base(storage: Any) -> str:
    """What all keys begin with."""
    return storage.location.strip("/") + "/" if storage.location.strip("/") else ""


@contextmanager
def translated_errors() -> Iterator[None]:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as fault:
        if fault.response.get("Error", {}).get("Code") in {"404", "NoSuchKey", "NotFound"}:
            raise MissingFile(str(fault)) from fault
        raise StorageFailed(str(fault)) from fault
    except (BotoCoreError, Boto3Error, ValueError) as fault:  # the last for an address that is none
        raise StorageFailed(str(fault)) from fault


def _object(storage: Any, key: str) -> Any:
    return storage.connection.Bucket(storage.bucket_name).Object(safe_join(storage.location, key))
