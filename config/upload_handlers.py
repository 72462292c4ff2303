"""Files in forms. Import is the only page that takes any, and says itself where they go."""

from typing import Any, Never

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class NoFiles(FileUploadHandler):
    """Django would write them to the disk before it is known who sends them: the check of a form reads all of it."""

    def new_file(self, *args: Any, **named: Any) -> Never:
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing comes."""

    def file_complete(self, file_size: int) -> None:
        """Nothing came."""
