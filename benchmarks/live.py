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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from websockets.asyncio.client import ClientConnection, connect

from benchmarks.ingest import Row, sessions_by_job
from benchmarks.load import _answer
from benchmarks.servers import ROOT, Server, embedded
from benchmarks.sessions import CAPTURE, JOB_ID, body_of, captured_spans, http_request, token
from tests.live.applying import applied

MAX_FRAME_P95_MS = 200
"""The page then has 100 ms to draw."""
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
class Viewer:
    call: LiveCall
    version: str = ""
    snapshot: Any = None
    cursor: int = 0
    frames: int = 0
    bytes_received: int = 0
    seen_ms: list[float] = field(default_factory=list)

    async def look(self, url: str, bearer: str) -> None:
        headers = {"Authorization": f"Bearer {bearer}"}
        async with connect(url, additional_headers=headers, max_size=None, compression=None) as socket:
            await self.read(socket)

    async def read(self, socket: ClientConnection) -> None:
        async for data in socket:
            now_s = time.perf_counter()
            self.bytes_received += len(data)
            is_first = self.snapshot is None
            self.take(json.loads(gzip.decompress(data) if isinstance(data, bytes) else data))
            cursor = self.snapshot["cursor"] if self.snapshot else 0
            if not is_first:  # what was sent before somebody looked is not measured
                self.seen_ms += [(now_s - sent_s) * 1000 for sent_s in self.call.sent_s[self.cursor : cursor]]
            self.cursor = cursor

    def take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "snapshot":
            self.snapshot, self.version = frame["snapshot"], frame["version"]
        elif frame["type"] == "changes":
            if frame["from"] != self.version:
                raise RuntimeError(f"A gap: {frame['from']} after {self.version}.")
            self.snapshot, self.version = applied(self.snapshot, frame["changes"]), frame["to"]
        self.frames += frame["type"] != "beat"


def main() -> int:
    arguments = parsed_arguments()
    with embedded() as server:
        rows = asyncio.run(measured(server, arguments))
    for row in rows:
        print(f"{'ok  ' if row.is_met else 'MISS'} {row.what:<58} {row.figure:>16}   {row.goal}")
    return 0 if all(row.is_met for row in rows) else 1


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--viewers", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20)
    return parser.parse_args()


async def measured(server: Server, arguments: argparse.Namespace) -> list[Row]:
    tokens = tokens_of(server, -(-arguments.sessions * arguments.viewers // SOCKETS_PER_TOKEN))
    calls = [call_of(number) for number in range(arguments.sessions)]
    sending = [asyncio.create_task(speak(server, call, arguments.seconds + WARM_UP_S)) for call in calls]
    await asyncio.sleep(WARM_UP_S)
    cpu_before_s, began_s = server.cpu_s(), time.perf_counter()
    viewers, looking = await look_at(server, calls, tokens, arguments.viewers)
    await asyncio.gather(*sending)
    cpu_share = (server.cpu_s() - cpu_before_s) / (time.perf_counter() - began_s)
    await asyncio.sleep(SETTLE_S)
    failed = [task.exception() for task in looking if task.done()]
    for task in looking:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    return [
        *latency_rows(calls, viewers),
        *cost_rows(server, viewers, cpu_share, arguments.seconds),
        *same_rows(server, viewers, failed),
    ]


async def look_at(
    server: Server, calls: list[LiveCall], tokens: list[str], per_session: int
) -> tuple[list[Viewer], list[asyncio.Task[None]]]:
    ids = {
        job: found["id"]
        for job, found in (await asyncio.to_thread(sessions_by_job, server, "?limit=200")).items()
    }
    viewers = [Viewer(call) for call in calls for _ in range(per_session)]
    base = f"{server.url.replace('http', 'ws')}/ws/projects/{server.credentials['project']}/sessions"
    looking = [
        asyncio.create_task(
            viewer.look(f"{base}/{ids[viewer.call.job_id]}/", tokens[number // SOCKETS_PER_TOKEN])
        )
        for number, viewer in enumerate(viewers)
    ]
    return viewers, looking


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


async def speak(server: Server, call: LiveCall, seconds: float) -> None:
    """As an agent: one connection, a log request a second, and now and then spans at the same moment."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    bearer = token(server.credentials["api_key"], server.credentials["api_secret"])
    await asyncio.sleep(random.random() * LOG_REQUEST_EVERY_S)
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        signal, body = next(call.uploads)
        path = f"/p/{server.credentials['project']}/observability/{signal}/otlp/v0"
        call.sent_s.append(time.perf_counter())
        writer.write(http_request(path, body, bearer=bearer))
        if await _answer(reader) != 200:
            raise RuntimeError("An upload was refused.")
        call.acknowledged_s.append(time.perf_counter() - call.sent_s[-1])
        if signal == "logs":
            await asyncio.sleep(LOG_REQUEST_EVERY_S * random.uniform(0.8, 1.2))
    writer.close()
    await writer.wait_closed()


def latency_rows(calls: list[LiveCall], viewers: list[Viewer]) -> list[Row]:
    seen = sorted(ms for viewer in viewers for ms in viewer.seen_ms)
    acknowledged = sorted(s * 1000 for call in calls for s in call.acknowledged_s)
    p95 = share(seen, 0.95)
    return [
        Row("uploads seen by viewers", f"{len(seen):,}", "", bool(seen)),
        Row("sent -> frame received, p50", f"{share(seen, 0.5):.0f} ms", "", True),
        Row(
            "sent -> frame received, p95", f"{p95:.0f} ms", f"<= {MAX_FRAME_P95_MS}", p95 <= MAX_FRAME_P95_MS
        ),
        Row("sent -> frame received, p99", f"{share(seen, 0.99):.0f} ms", "", True),
        Row("sent -> frame received, slowest", f"{seen[-1]:.0f} ms", "", True),
        Row(
            "acknowledged meanwhile, p50 / p99",
            f"{share(acknowledged, 0.5):.1f} / {share(acknowledged, 0.99):.1f} ms",
            "",
            True,
        ),
    ]


def cost_rows(server: Server, viewers: list[Viewer], cpu_share: float, seconds: int) -> list[Row]:
    frames, received = sum(v.frames for v in viewers), sum(v.bytes_received for v in viewers)
    return [
        Row(
            "frames a second and viewer",
            f"{frames / len(viewers) / seconds:.1f}",
            "<= 10",
            frames / len(viewers) / seconds <= 10,
        ),
        Row("bytes of a frame, on average", f"{received / max(1, frames):,.0f}", "", True),
        Row("cores used by the server", f"{cpu_share:.2f}", "", True),
        Row(
            "memory of the server",
            f"{max(server.memory_mb()):.0f} MB",
            "<= 250",
            max(server.memory_mb()) <= 250,
        ),
    ]


def same_rows(server: Server, viewers: list[Viewer], failed: list[BaseException | None]) -> list[Row]:
    sessions = f"/api/v1/projects/{server.credentials['project']}/sessions"
    wanted = {
        v.snapshot["id"]: server.get(f"{sessions}/{v.snapshot['id']}/timeline/")
        for v in viewers
        if v.snapshot
    }
    different = sum(v.snapshot is None or v.snapshot != wanted[v.snapshot["id"]] for v in viewers)
    spans = sorted(len(body["timeline"]["spans"]) for body in wanted.values())
    return [
        Row("spans in a session at the end", f"{spans[0]} to {spans[-1]}", "", True),
        Row("viewers that broke off", f"{len(failed)} {failed[:1] if failed else ''}", "0", not failed),
        Row(
            f"viewers of {len(viewers)} whose snapshot is not the API's", str(different), "0", different == 0
        ),
    ]


def share(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


if __name__ == "__main__":
    sys.exit(main())
