"""Receives the files of an import: each goes to this server's disk as it comes, and no more than may come."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import disk_usage
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, UnreadablePostError
from django.utils.datastructures import MultiValueDict

from observability.imports.loose import Source
from observability.imports.refusals import NotNow, TooMuch, Unreadable
from observability.imports.turn import turn
from observability.limits import MAX_IMPORT_BYTES, MAX_IMPORT_FILES, MAX_RECORDING_BYTES

SPARE_BYTES = 1024 * 1024
"""Of a request, for what stands between its files."""
MAX_NAME = 100
TOO_LARGE = (
    f"The files are larger than {MAX_IMPORT_BYTES} bytes in all (MAX_IMPORT_BYTES). Import them one by one."
)
NO_ROOM = "This server's disk has no room for the files now. Nothing was kept."
TOO_MANY = f"There are more than {MAX_IMPORT_FILES} files (MAX_IMPORT_FILES). Import them in parts."

_promised: list[int] = []
"""Bytes that imports have announced, and not all sent yet."""
_lock = threading.Lock()


class ImportUpload(FileUploadHandler):
    """On the disk of uploads, which is made for them; under no name, so that a killed process leaves no file."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.problem = ""
        """Why the rest was not received."""
        self.file: IO[bytes] | None = None
        self._files = 0
        self._bytes = 0

    def new_file(self, *args: Any, **named: Any) -> None:
        super().new_file(*args, **named)
        self._files += 1
        if self._files > MAX_IMPORT_FILES:
            self._stop(TOO_MANY)
        self.file = TemporaryFile(dir=settings.SPOOL_DIR)  # noqa: SIM115  # Django closes it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._bytes += len(raw_data)
        if self._bytes > MAX_IMPORT_BYTES:
            self._stop(TOO_LARGE)
        assert self.file is not None
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> Any:
        assert self.file is not None
        self.file.seek(0)
        return UploadedFile(self.file, self.file_name, self.content_type, file_size, self.charset)

    def upload_interrupted(self) -> None:
        if self.file is not None:
            self.file.close()

    def _stop(self, problem: str) -> None:
        """The rest is read and thrown away, so that the sender hears why."""
        self.problem = problem
        raise StopUpload(connection_reset=False)


@contextmanager
def receiving(request: HttpRequest) -> Iterator[ImportUpload]:
    """To be entered before anything reads the body, and once it is known that the sender may import.

    Raises TooMuch or NotNow if more is announced than can be taken, or if all turns are taken.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    announced_bytes = int(length) if length.isdecimal() else 0
    if announced_bytes > MAX_IMPORT_BYTES + SPARE_BYTES:
        raise TooMuch(TOO_LARGE)
    with turn():
        pass  # Not kept meanwhile, or a slow line would keep others out; who finds none free is told at once.
    with room_for(announced_bytes):
        upload = ImportUpload(request)
        request.upload_handlers = [upload]
        yield upload


@contextmanager
def room_for(announced_bytes: int) -> Iterator[None]:
    """Promised to one import, and so to no other of this process. Raises NotNow."""
    settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True)
    with _lock:
        needed_bytes = sum(_promised) + announced_bytes + MAX_RECORDING_BYTES
        if disk_usage(settings.SPOOL_DIR).free < needed_bytes:
            raise NotNow(NO_ROOM)
        _promised.append(announced_bytes)
    try:
        yield
    finally:
        with _lock:
            _promised.remove(announced_bytes)


class Received(Protocol):
    """A request of Django, or of REST framework."""

    @property
    def FILES(self) -> MultiValueDict[str, Any]: ...  # noqa: N802  # Django's name


@contextmanager
def sources_in(request: Received, upload: ImportUpload) -> Iterator[list[Source]]:
    """Raises TooMuch, Unreadable, or NotNow if the upload broke off or the disk failed."""
    try:
        files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    except UnreadablePostError as fault:
        raise NotNow("The upload broke off. Nothing was kept; send it again.") from fault
    except SuspiciousOperation as fault:
        raise Unreadable(
            "The form cannot be read. Send each file as a part of multipart/form-data."
        ) from fault
    except OSError as fault:
        raise NotNow("The upload could not be written to this server's disk. Nothing was kept.") from fault
    if upload.problem:
        raise TooMuch(upload.problem)
    yield [Source((file.name or "")[:MAX_NAME], file.file, file.size or 0) for file in files]
