"""What a sender calls a charset is no reason to fail: Python knows some that are none of text."""

import io
import json
from typing import Any
from uuid import uuid4

import pytest

from config.wsgi import django_application

pytestmark = pytest.mark.django_db(transaction=True)  # each request closes its connection
NO_CHARSETS_OF_TEXT = ["hex", "undefined", "idna", "unheard-of"]


def sent(path: str, content_type: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """As servers run the application: the test client makes requests in its own way."""
    told: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "next=%ff" + "." + "x" * 100,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        **headers,
    }
    answer = django_application()(environ, lambda status, headers, error=None: told.append(status))
    return int(told[0][:3]), b"".join(answer)


@pytest.mark.parametrize("charset", NO_CHARSETS_OF_TEXT)
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/account/login/", 403),
        ("/projects/acme/sessions/import/", 302),
        ("/api/v1/projects/acme/downloads/", 401),
        ("/api/v1/projects/acme/imports/", 401),
        ("/p/acme/observability/traces/otlp/v0", 401),
    ],
)
def test_a_charset_that_is_none_of_text_is_passed_over(
    project: Any, path: str, status: int, charset: str
) -> None:
    kinds = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"]

    answers = [sent(path, f"{kind}; charset={charset}") for kind in kinds]

    assert [answer[0] for answer in answers] == [status] * 3


@pytest.mark.parametrize("charset", NO_CHARSETS_OF_TEXT)
def test_json_is_read_as_utf_8_whatever_it_is_called(read_token: Any, charset: str) -> None:
    """The session that it names is looked for, and is not there."""
    status, answer = sent(
        "/api/v1/projects/acme/downloads/",
        f"application/json; charset={charset}",
        json.dumps({"sessions": [str(uuid4())]}).encode(),
        HTTP_AUTHORIZATION=f"Bearer {read_token.secret}",
    )

    assert (status, json.loads(answer)["error"]["code"]) == (404, "not-found")
