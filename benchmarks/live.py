"""Live updates: from sending an upload to having its frame, 20 sessions with 3 viewers each, and that all see the same.

    python benchmarks/live.py [--sessions 20] [--viewers 3] [--seconds 20]

Every session sends a log request a second and a trace request every five, as the SDKs do, of a captured session. It
fails if the goal is missed or a viewer's snapshot is not the API's.
"""

import argparse
import asyncio
import gzip
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from websockets.asyncio.client import ClientConnection, connect

from benchmarks.ingest import sessions_by_job
from benchmarks.load import read_answer
from benchmarks.rows import Row, at_least, at_most, finish, machine_row, none, parser_of, share, told
from benchmarks.servers import ROOT, Server, embedded
from benchmarks.sessions import CAPTURE, JOB_ID, body_of, captured_spans, http_request, token
from tests.live.applying import applied

MAX_FRAME_P95_MS, MAX_FRAME_P99_MS = 200, 300
"""The page then has 100 ms to draw."""
MAX_FRAMES_A_SECOND = 10
MAX_MB = 250
LOG_REQUEST_EVERY_S, TRACE_REQUEST_EVERY_S = 1.0, 5.0
SPANS_PER_REQUEST = 10
WARM_UP_S = 5.0
SETTLE_S = 6.0
SOCKETS_PER_TOKEN = 20
MAKE_TOKENS = """
from projects.actions import create_access_token
from projects.models import Project
project = Project.objects.get(slug="benchmark")
for number in range({count}):
    print(create_access_token(project, f"viewer {{number}}", ["read"], by=None).secret)
"""


@dataclass
class LiveCall:
    """A session while it runs. `sent_s[n]` is when its upload with cursor n + 1 was sent."""

    job_id: str
    uploads: Iterator[tuple[str, bytes]]
    sent_s: list[float] = field(default_factory=list)
    acknowledged_s: list[float] = field(default_factory=list)


@dataclass
class Onlooker:
    """Reads the frames of a socket and sees to it that none is missing, but applies none: that costs a browser's time.

    Of what it is shown it knows the version, which begins with the number of the last upload in it.
    """

    call: LiveCall
    version: str = ""
    frames: int = 0
    bytes_received: int = 0
    seen_ms: list[float] = field(default_factory=list)

    @property
    def cursor(self) -> int:
        return int(self.version.partition("-")[0] or 0)

    async def look(self, url: str, bearer: str) -> None:
        headers = {"Authorization": f"Bearer {bearer}"}
        async with connect(url, additional_headers=headers, max_size=None, compression=None) as socket:
            await self.read(socket)

    async def read(self, socket: ClientConnection) -> None:
        async for data in socket:
            now_s, before = time.perf_counter(), self.cursor
            is_first = not self.version
            self.bytes_received += len(data)
            self.take(json.loads(gzip.decompress(data) if isinstance(data, bytes) else data))
            if not is_first:  # what was sent before somebody looked is not measured
                sent_s = self.call.sent_s[before : self.cursor]
                self.seen_ms += [(now_s - each_s) * 1000 for each_s in sent_s]

    def take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "snapshot":
            self.version = frame["version"]
        elif frame["type"] == "changes":
            if frame["from"] != self.version:
                raise RuntimeError(f"A gap: {frame['from']} after {self.version}.")
            self.version = frame["to"]
        self.frames += frame["type"] != "beat"


@dataclass
class Viewer(Onlooker):
    """Has the whole snapshot, as a page does."""

    snapshot: Any = None

    def take(self, frame: dict[str, Any]) -> None:
        super().take(frame)
        if frame["type"] == "snapshot":
            self.snapshot = frame["snapshot"]
        elif frame["type"] == "changes":
            self.snapshot = applied(self.snapshot, frame["changes"])


def main() -> int:
    arguments = parsed_arguments()
    rows = [machine_row()]
    with embedded() as server:
        rows += asyncio.run(measured(server, arguments))
    return finish(rows, as_json=arguments.json)


def parsed_arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--viewers", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20)
    return parser.parse_args()


async def measured(server: Server, arguments: argparse.Namespace) -> list[Row]:
    tokens = tokens_for(server, arguments.sessions * arguments.viewers)
    calls = [call_of(number) for number in range(arguments.sessions)]
    sending = [asyncio.create_task(speak(server, call, arguments.seconds + WARM_UP_S)) for call in calls]
    await asyncio.sleep(WARM_UP_S)
    cpu_before_s, began_s = server.cpu_s(), time.perf_counter()
    viewers = [Viewer(call) for call in calls for _ in range(arguments.viewers)]
    looking = await look_at(server, viewers, tokens)
    await asyncio.gather(*sending)
    cpu_share = (server.cpu_s() - cpu_before_s) / (time.perf_counter() - began_s)
    failed = await stop_looking(looking)
    return [
        *latency_rows(calls, viewers),
        *cost_rows(server, viewers, cpu_share, arguments.seconds),
        *same_rows(server, viewers, failed),
    ]


async def look_at(
    server: Server, viewers: Sequence[Onlooker], tokens: list[str]
) -> list["asyncio.Task[None]"]:
    """Opens their sockets. A token opens so many as one person may."""
    found = await asyncio.to_thread(sessions_by_job, server, "?limit=200")
    base = f"{server.live_url.replace('http', 'ws')}/ws/projects/{server.credentials['project']}/sessions"
    return [
        asyncio.create_task(
            viewer.look(f"{base}/{found[viewer.call.job_id]['id']}/", tokens[number // SOCKETS_PER_TOKEN])
        )
        for number, viewer in enumerate(viewers)
    ]


async def stop_looking(looking: list["asyncio.Task[None]"]) -> list[BaseException | None]:
    """When the last frames have come. Why sockets broke off before, if any did."""
    await asyncio.sleep(SETTLE_S)
    failed = [task.exception() for task in looking if task.done()]
    for task in looking:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    return failed


def tokens_for(server: Server, sockets: int) -> list[str]:
    return tokens_of(server, -(-sockets // SOCKETS_PER_TOKEN))


def tokens_of(server: Server, count: int) -> list[str]:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", MAKE_TOKENS.format(count=count)]
    made = subprocess.run(
        command, cwd=ROOT, env=server.environment, check=True, capture_output=True, text=True
    )
    return made.stdout.split()


def call_of(number: int) -> LiveCall:
    job = f"AJ_{number:012d}"
    return LiveCall(job, uploads_of(job))


def uploads_of(job: str) -> Iterator[tuple[str, bytes]]:
    """The captured session's spans and logs in their order, from the beginning again when they are at an end."""
    spans = captured_spans()
    traces = [body_of(spans[i : i + SPANS_PER_REQUEST]) for i in range(0, len(spans), SPANS_PER_REQUEST)]
    logs = [gzip.decompress(file.read_bytes()) for file in sorted(CAPTURE.glob("*_logs.bin"))]
    every = round(TRACE_REQUEST_EVERY_S / LOG_REQUEST_EVERY_S)
    for n in range(10**6):
        # A line of its own keeps a repetition from being the same upload.
        yield "logs", gzip.compress(with_job(logs[n % len(logs)], job, n // len(logs)))
        if n % every == 0 and n // every < len(traces):
            yield "traces", gzip.compress(with_job(traces[n // every], job, 0))


def with_job(body: bytes, job: str, repetition: int) -> bytes:
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    body = JOB_ID.sub(job.encode(), body)
    if not repetition:
        return body
    request = ExportLogsServiceRequest.FromString(body)
    for group in request.resource_logs[0].scope_logs:
        for line in group.log_records:
            line.observed_time_unix_nano += repetition
            line.time_unix_nano += repetition
    return request.SerializeToString()


async def speak(
    server: Server, call: LiveCall, seconds: float, *, after: frozenset[str] = frozenset({"logs"})
) -> None:
    """As an agent: a log request a second, and now and then spans at the same moment.

    It rests a second `after` requests of these signals. Ends before its time when there is nothing left to say.
    """
    await asyncio.sleep(random.random() * LOG_REQUEST_EVERY_S)
    until_s = time.perf_counter() + seconds
    async with sender(server) as send:
        while time.perf_counter() < until_s and (signal := await send(call)):
            if signal in after:
                await asyncio.sleep(LOG_REQUEST_EVERY_S * random.uniform(0.8, 1.2))


@asynccontextmanager
async def sender(server: Server) -> AsyncIterator[Callable[[LiveCall], Awaitable[str]]]:
    """One connection. Each call sends the next upload and says of which signal it is, "" if there is none."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    bearer = token(server.credentials["api_key"], server.credentials["api_secret"])

    async def send(call: LiveCall) -> str:
        signal, body = next(call.uploads, ("", b""))
        if signal:
            path = f"/p/{server.credentials['project']}/observability/{signal}/otlp/v0"
            call.sent_s.append(time.perf_counter())
            writer.write(http_request(path, body, bearer=bearer))
            if await read_answer(reader) != 200:
                raise RuntimeError("An upload was refused.")
            call.acknowledged_s.append(time.perf_counter() - call.sent_s[-1])
        return signal

    try:
        yield send
    finally:
        writer.close()
        await writer.wait_closed()


def latency_rows(calls: list[LiveCall], viewers: Sequence[Onlooker]) -> list[Row]:
    seen = [ms for viewer in viewers for ms in viewer.seen_ms]
    acknowledged = [s * 1000 for call in calls for s in call.acknowledged_s]
    return [
        at_least("uploads seen by viewers", len(seen), 1),
        told("sent -> frame received, p50", share(seen, 0.5), "ms"),
        at_most("sent -> frame received, p95", share(seen, 0.95), MAX_FRAME_P95_MS, "ms"),
        at_most("sent -> frame received, p99", share(seen, 0.99), MAX_FRAME_P99_MS, "ms"),
        told("sent -> frame received, slowest", max(seen), "ms"),
        told("acknowledged meanwhile, p50", share(acknowledged, 0.5), "ms"),
        told("acknowledged meanwhile, p99", share(acknowledged, 0.99), "ms"),
    ]


def cost_rows(server: Server, viewers: Sequence[Onlooker], cpu_share: float, seconds: float) -> list[Row]:
    frames, received = sum(v.frames for v in viewers), sum(v.bytes_received for v in viewers)
    return [
        at_most("frames a second and viewer", frames / len(viewers) / seconds, MAX_FRAMES_A_SECOND),
        told("bytes of a frame, on average", received / max(1, frames)),
        told("cores used by the server", cpu_share),
        at_most("largest process", max(server.memory_mb()), MAX_MB, "MB"),
    ]


def same_rows(
    server: Server, viewers: Sequence[Onlooker], failed: Sequence[BaseException | None]
) -> list[Row]:
    """Of all that have a snapshot it is the API's; all others are at the same version as one that has."""
    sessions = f"/api/v1/projects/{server.credentials['project']}/sessions"
    whole = [viewer for viewer in viewers if isinstance(viewer, Viewer)]
    wanted = {
        viewer.snapshot["id"]: server.get(f"{sessions}/{viewer.snapshot['id']}/timeline/")
        for viewer in whole
        if viewer.snapshot
    }
    different = sum(v.snapshot is None or v.snapshot != wanted[v.snapshot["id"]] for v in whole)
    versions = {viewer.call.job_id: viewer.version for viewer in whole}
    behind = sum(versions.get(viewer.call.job_id, viewer.version) != viewer.version for viewer in viewers)
    spans = sorted(len(body["timeline"]["spans"]) for body in wanted.values())
    return [
        Row("spans in a session at the end", f"{spans[0]} to {spans[-1]}"),
        none("viewers that broke off" + "".join(f" ({error})" for error in failed[:1]), len(failed)),
        none(f"viewers of {len(whole)} whose snapshot is not the API's", different),
        none(f"viewers of {len(viewers)} at another version", behind),
    ]


if __name__ == "__main__":
    sys.exit(main())
