"""Sends prepared requests over kept connections, as SDKs do, and takes the time until each is acknowledged."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.rows import share as share_of


@dataclass
class Outcome:
    """`acknowledged_s` holds one duration for each request that was answered 200."""

    acknowledged_s: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    wall_s: float = 0.0

    def percentile_ms(self, share: float) -> float:
        return share_of(self.acknowledged_s, share) * 1000


def send_as_fast_as_possible(url: str, queues: Sequence[Sequence[bytes]]) -> Outcome:
    """One connection for each queue; a connection sends its next request when the last is answered."""
    return asyncio.run(_send(url, queues, gap_s=0.0))


def send_at_rate(url: str, requests: Sequence[bytes], *, per_s: float, connections: int) -> Outcome:
    """Requests spread evenly over time and connections, whatever the server does."""
    queues = [requests[i::connections] for i in range(connections)]
    return asyncio.run(_send(url, queues, gap_s=connections / per_s))


def send_until_cut(url: str, queues: Sequence[Sequence[bytes]]) -> list[int]:
    """How many requests of each queue were acknowledged before the server went away."""
    return asyncio.run(_send_until_cut(url, queues))


async def _send_until_cut(url: str, queues: Sequence[Sequence[bytes]]) -> list[int]:
    outcomes = [Outcome() for _ in queues]
    cut = (
        _connection(url, queue, mine, gap_s=0, delay_s=0)
        for queue, mine in zip(queues, outcomes, strict=True)
    )
    await asyncio.gather(*cut, return_exceptions=True)
    return [len(mine.acknowledged_s) for mine in outcomes]


async def _send(url: str, queues: Sequence[Sequence[bytes]], *, gap_s: float) -> Outcome:
    outcome = Outcome()
    began = time.perf_counter()
    await asyncio.gather(
        *(
            _connection(url, queue, outcome, gap_s=gap_s, delay_s=gap_s * n / len(queues))
            for n, queue in enumerate(queues)
        )
    )
    outcome.wall_s = time.perf_counter() - began
    return outcome


async def _connection(
    url: str, queue: Sequence[bytes], outcome: Outcome, *, gap_s: float, delay_s: float
) -> None:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    due = time.perf_counter() + delay_s
    for request in queue:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        writer.write(request)
        status = await read_answer(reader)
        if status == 200:
            outcome.acknowledged_s.append(time.perf_counter() - began)
        else:
            outcome.refused.append(status)
        due += gap_s
    writer.close()
    await writer.wait_closed()


async def read_answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    elif b"content-length:" in lower:
        await reader.readexactly(int(lower.partition(b"content-length:")[2].split(b"\r\n")[0]))
    return status
