"""What somebody sends is not read to its end, and written nowhere, where nobody waits for so much."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application

from observability.models import Export

pytestmark = pytest.mark.django_db(transaction=True)  # each request closes its connection
HUGE = 50 * 1024**2
BOUNDARY = "frontier"
CSRF = "c" * 32


class Endless(io.RawIOBase):
    """As much as was announced, of which it is counted what is taken."""

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = HUGE if size < 0 else size
        head, self.head = self.head[:size], self.head[size:]
        self.taken += size
        return head + b"x" * (size - len(head))


def sent(path: str, body: Endless, content_type: str, **headers: str) -> tuple[int, bytes]:
    told: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(HUGE),
        "wsgi.input": body,
        "wsgi.url_scheme": "http",
        **headers,
    }
    answer = get_wsgi_application()(environ, lambda status, headers, error=None: told.append(status))
    return int(told[0][:3]), b"".join(answer)


def test_file_in_a_form_of_a_page_that_takes_none_is_not_written(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    part = 'Content-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    body = Endless(f"--{BOUNDARY}\r\n{part}".encode())

    status, _ = sent(
        "/account/login/", body, f"multipart/form-data; boundary={BOUNDARY}", HTTP_COOKIE=f"csrftoken={CSRF}"
    )

    assert status == 403
    assert body.taken < 1024**2
    assert list(tmp_path.iterdir()) == []


def test_json_that_is_longer_than_any_that_makes_sense_is_refused(read_token: Any) -> None:
    body = Endless(b'{"sessions": ["')

    status, answer = sent(
        "/api/v1/projects/acme/downloads/",
        body,
        "application/json",
        HTTP_AUTHORIZATION=f"Bearer {read_token.secret}",
    )

    assert status == 413
    assert b'"too-large"' in answer
    assert body.taken == 0
    assert not Export.objects.exists()
