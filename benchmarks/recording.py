"""A 120 MB recording upload: how much the server's memory grows, how long it takes, and that every byte is kept.

python benchmarks/recording.py [--megabytes 120]
"""

import hashlib
import http.client
import os
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.rows import at_most, finish, machine_row, none, parser_of, told
from benchmarks.servers import Server, embedded
from benchmarks.sessions import token

MAX_GROWTH_MB = 32
BOUNDARY = "playhead-benchmark"
CHUNK = 256 * 1024
JOB_ID = "AJ_recording_benchmark"


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--megabytes", type=int, default=120)
    arguments = parser.parse_args()
    size = arguments.megabytes * 1_000_000
    with embedded() as server:
        time.sleep(3)
        before_mb = max(server.memory_mb())
        peak = Peak(server)
        began = time.perf_counter()
        status, sent = upload(server, size)
        took_s = time.perf_counter() - began
        growth_mb = peak.stop() - before_mb
        kept = digest_of_audio(server)
    rows = [
        machine_row(),
        told(f"{size / 1e6:.0f} MB taken in", took_s, "s"),
        told("memory before", before_mb, "MB"),
        at_most("memory grew by", growth_mb, MAX_GROWTH_MB, "MB"),
        none("recordings refused, or kept otherwise than sent", (status != 200) + (kept != sent)),
    ]
    return finish(rows, as_json=arguments.json)


class Peak:
    """The most memory that a server's largest process takes until `stop`."""

    def __init__(self, server: Server) -> None:
        self.server, self.most_mb, self.done = server, 0.0, threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self) -> None:
        while not self.done.wait(0.01):
            self.most_mb = max(self.most_mb, *self.server.memory_mb())

    def stop(self) -> float:
        self.done.set()
        self.thread.join()
        return self.most_mb


def upload(server: Server, size: int) -> tuple[int, str]:
    """Status, and the sha256 of the audio that was sent."""
    digest = hashlib.sha256()
    where = urlsplit(server.url)
    head, tail = form_head(), f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=120)
    connection.putrequest("POST", f"/p/{server.credentials['project']}/observability/recordings/v0")
    bearer = token(server.credentials["api_key"], server.credentials["api_secret"])
    for name, value in {
        "Authorization": f"Bearer {bearer}",
        "User-Agent": "Python/3.11 aiohttp/3.13",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(len(head) + size + len(tail)),
    }.items():
        connection.putheader(name, value)
    connection.endheaders(head)
    for chunk in noise(size):
        digest.update(chunk)
        connection.send(chunk)
    connection.send(tail)
    return connection.getresponse().status, digest.hexdigest()


def form_head() -> bytes:
    from google.protobuf.timestamp_pb2 import Timestamp
    from livekit.protocol.metrics import MetricsRecordingHeader

    header = MetricsRecordingHeader(
        job_id=JOB_ID, room_id="RM_benchmark", start_time=Timestamp(seconds=int(time.time()))
    )
    first = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="header"; filename="header.binpb"\r\n'
    first += "Content-Type: application/protobuf\r\n\r\n"
    audio = f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="audio"; filename="recording.ogg"\r\n'
    audio += "Content-Type: audio/ogg\r\n\r\n"
    return first.encode() + header.SerializeToString() + audio.encode()


def noise(size: int) -> Iterator[bytes]:
    """Begins like an Ogg file; the rest is as incompressible as audio is."""
    block = os.urandom(CHUNK)
    yield b"OggS" + block[: min(size, CHUNK) - 4]
    for start in range(CHUNK, size, CHUNK):
        yield block[: min(CHUNK, size - start)]


def session_of(server: Server, job: str) -> str:
    project = server.credentials["project"]
    [session] = server.get(f"/api/v1/projects/{project}/sessions/?text={job}")["results"]
    return str(session["id"])


def digest_of_audio(server: Server) -> str:
    where = f"/api/v1/projects/{server.credentials['project']}/sessions/{session_of(server, JOB_ID)}/audio/"
    request = urllib.request.Request(
        server.url + where, headers={"Authorization": f"Bearer {server.credentials['read_token']}"}
    )
    with urllib.request.urlopen(request) as answer:
        return hashlib.file_digest(answer, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
