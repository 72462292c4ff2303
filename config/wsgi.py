"""HTTP: pages, API, uploads and static files, on threads."""

import logging
import os
import threading
import time
from collections.abc import Iterable
from importlib import import_module
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from servestatic import ServeStatic

from config.garbage import look_seldom
from config.threads import HOLD_HEADER, Application
from observability.ingest.middleware import UploadsFirst
from observability.limits import MAX_HELD_THREADS

logger = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class InUtf8(WSGIRequest):
    """As URLs, forms and JSON are, whatever charset their Content-Type tells (RFC 8259 §8.1, RFC 7578 §5.1.2).

    Python knows charsets that are none of text, such as hex, and Django reads the address by them while it makes the
    request: nothing would be there yet that could answer.
    """

    @property
    def encoding(self) -> None:
        return None

    @encoding.setter
    def encoding(self, told: str | None) -> None:
        pass

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Django reads parameters while it makes the request, and cannot read all that anybody writes there."""
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # the stubs lack it
        except (ValueError, TypeError, LookupError):
            self.content_type = meta.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
            self.content_params = {}


def django_application() -> WSGIHandler:
    handler = get_wsgi_application()
    handler.request_class = InUtf8
    return handler


def with_static_files(application: Application) -> Application:
    """Under DEBUG from where they are written, so that a change shows at once."""
    if settings.DEBUG:
        return StaticFilesHandler(application)  # type: ignore[arg-type]  # any WSGI application will do
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    served: Application = ServeStatic(
        application,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        allow_all_origins=False,
        add_headers_function=refuse_to_guess_types,
    )
    return served


def refuse_to_guess_types(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def with_held_answers(application: Application) -> Application:
    """For servers that run the WSGI application directly: an answer that is held back holds its thread."""
    places = threading.BoundedSemaphore(MAX_HELD_THREADS)

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            held_s = sum(int(value) / 1000 for name, value in headers if name.lower() == HOLD_HEADER)
            if held_s and places.acquire(blocking=False):
                time.sleep(held_s)
                places.release()
            kept = [(name, value) for name, value in headers if name.lower() != HOLD_HEADER]
            return start_response(status, kept, *error)

        return in_one_piece(application(environ, start))

    return call


def in_one_piece(answer: Iterable[bytes]) -> Iterable[bytes]:
    """What is whole already as a list: granian sends that at once, and asks for anything else piece by piece."""
    if not isinstance(answer, HttpResponse):
        return answer
    content = answer.content
    try:
        answer.close()
    except Exception:  # what was done is done, whatever becomes of the connection that did it
        logger.exception("An answer was made, but its request could not be closed")
    return [content]


on_threads = UploadsFirst(with_static_files(django_application()), InUtf8)
for urls in [settings.ROOT_URLCONF, "observability.ingest.urls"]:
    import_module(urls)  # or the first page or upload of a process waits 0.3 s for it
look_seldom()
application = with_held_answers(on_threads)
