"""As much of S3 as keeping recordings needs: put, head, ranged get, list, delete. It checks no signature."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from observability.recordings.ranges import range_of
from tests.serving import serving

NO_SUCH_KEY = b"<Error><Code>NoSuchKey</Code><Message>There is no such key.</Message></Error>"


class BucketServer(ThreadingHTTPServer):
    """`objects` by path; `longest_answer` is the size of the largest body sent since it was set to 0."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.objects: dict[str, bytes] = {}
        self.longest_answer = 0
        self.written_at = datetime.now(UTC)
        """Of all objects, as a listing tells it."""
        self.unfinished: dict[str, str] = {}
        """Paths of uploads in pieces that have begun, by their ids; all of them as old as the objects."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Requests(BaseHTTPRequestHandler):
    server: BucketServer
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.server.objects[unquote(self.path)] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200)

    def do_HEAD(self) -> None:
        found = self.server.objects.get(unquote(self.path))
        self.answer(404) if found is None else self.answer(200, length=len(found))

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        if "uploads" in parse_qs(where.query, keep_blank_values=True):
            asked = parse_qs(where.query, keep_blank_values=True)
            self.answer(200, self.begun(where.path.strip("/"), asked["prefix"][0]))
            return
        if "prefix" in (asked := parse_qs(where.query, keep_blank_values=True)):
            self.answer(200, self.listed(where.path.strip("/"), asked["prefix"][0]))
            return
        found = self.server.objects.get(unquote(self.path))
        if found is None:
            self.answer(404, NO_SUCH_KEY)
            return
        part = range_of(self.headers["Range"], size=len(found))
        self.answer(206, found[part.first : part.last + 1]) if part else self.answer(200, found)

    def listed(self, bucket: str, prefix: str) -> bytes:
        start = f"/{bucket}/{prefix}"
        contents = [
            f"<Contents>{self.key(path)}<Size>{len(content)}</Size>{self.time('LastModified')}</Contents>"
            for path, content in self.server.objects.items()
            if path.startswith(start)
        ]
        return f"<ListBucketResult>{''.join(contents)}</ListBucketResult>".encode()

    def begun(self, bucket: str, prefix: str) -> bytes:
        start = f"/{bucket}/{prefix}"
        uploads = [
            f"<Upload>{self.key(path)}<UploadId>{number}</UploadId>{self.time('Initiated')}</Upload>"
            for number, path in self.server.unfinished.items()
            if path.startswith(start)
        ]
        return f"<ListMultipartUploadsResult>{''.join(uploads)}</ListMultipartUploadsResult>".encode()

    def key(self, path: str) -> str:
        return f"<Key>{path.split('/', 2)[2]}</Key>"

    def time(self, name: str) -> str:
        return f"<{name}>{self.server.written_at.isoformat()}</{name}>"

    def do_DELETE(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        if "uploadId" in asked:
            self.server.unfinished.pop(asked["uploadId"][0], None)
            self.answer(204)
            return
        self.server.objects.pop(unquote(self.path), None)
        self.answer(204)

    def answer(self, status: int, body: bytes = b"", *, length: int | None = None) -> None:
        self.server.longest_answer = max(self.server.longest_answer, len(body))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    with serving(BucketServer()) as server:
        yield server
