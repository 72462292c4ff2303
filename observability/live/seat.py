"""One reader's place before a watched thing: sends what is new, and ends when the reader may no longer see it."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from django.db import Error as DatabaseError
from django.http import Http404

from observability.live.limits import (
    CHECK_ACCESS_EVERY_S,
    LIVE_BEAT_S,
    MIN_PONG_GAP_S,
    QUIET_BEAT_S,
    SLOW_READER_S,
)
from observability.live.shown import Frame
from observability.live.threads import checked
from observability.live.visitor import NotSignedIn, Visitor
from observability.live.watch import Gone, Watch

NOT_SIGNED_IN, NOT_FOUND, TOO_SLOW, TOO_MANY = 4401, 4404, 4408, 4429
TOO_BIG, BROKEN, NOT_NOW = 1009, 1011, 1013

EARLIEST_CHECK = 0.7
"""Of CHECK_ACCESS_EVERY_S."""

T = TypeVar("T")
Send = Callable[[Frame], Awaitable[None]]
Visit = Callable[[], Awaitable[Visitor]]


class Refused(Exception):
    """The socket is to be closed with this code (docs/live-protocol.md, "Close codes")."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Seat:
    """`visit` finds out who the reader is now, and raises Refused or DatabaseError.

    `version` is what the reader has already, "" for nothing.
    """

    def __init__(self, visitor: Visitor, visit: Visit, watch: Watch, version: str, send: Send) -> None:
        self.visitor, self.visit = visitor, visit
        self.watch, self.version, self.send = watch, version, send
        self.sent_s = self.pong_s = 0.0
        self.told_beat_s = 0

    async def sit(self) -> None:
        """Until cancelled. Raises Refused."""
        tasks = [asyncio.create_task(self.show()), asyncio.create_task(self.guard())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def show(self) -> None:
        await self.beat()
        while True:
            try:
                frame = await self.watch.frame_after(self.version)
            except Gone:
                raise Refused(NOT_FOUND) from None
            await self.deliver(frame)
            self.version = frame.version

    async def guard(self) -> None:
        while True:
            # Those who came together are not all looked up, and told that the line is alive, at one moment.
            await asyncio.sleep(CHECK_ACCESS_EVERY_S * random.uniform(EARLIEST_CHECK, 1))  # noqa: S311  # no secret
            await self.check()
            is_due = now_s() - self.sent_s > self.beat_every_s - CHECK_ACCESS_EVERY_S
            if is_due or self.told_beat_s != self.beat_every_s:
                await self.beat()

    async def check(self) -> None:
        """While the database cannot be asked, nothing new comes from it either."""
        try:
            visitor = await self.visit()
        except DatabaseError:
            return
        if visitor.key != self.visitor.key or visitor.project.pk != self.visitor.project.pk:
            raise Refused(NOT_FOUND)

    @property
    def beat_every_s(self) -> int:
        return LIVE_BEAT_S if self.watch.is_live else QUIET_BEAT_S

    async def beat(self) -> None:
        self.told_beat_s = self.beat_every_s
        await self.tell({"type": "beat", "every_s": self.told_beat_s})

    async def hear(self, text: str) -> None:
        """A ping is answered; there is nothing else to say."""
        if '"ping"' in text and now_s() - self.pong_s >= MIN_PONG_GAP_S:
            self.pong_s = now_s()
            await self.tell({"type": "pong"})

    async def tell(self, message: dict[str, object]) -> None:
        await self.deliver(Frame("", json.dumps(message).encode(), is_binary=False))

    async def deliver(self, frame: Frame) -> None:
        """The server holds at most one frame that the line has not taken, and waits no longer than this."""
        try:
            async with asyncio.timeout(SLOW_READER_S):
                await self.send(frame)
        except TimeoutError:
            raise Refused(TOO_SLOW) from None
        self.sent_s = now_s()


async def admitted(visit: Callable[[], T]) -> T:
    """What `visit` returns. Raises Refused, or DatabaseError."""
    try:
        return await checked(visit)
    except NotSignedIn:
        raise Refused(NOT_SIGNED_IN) from None
    except Http404:
        raise Refused(NOT_FOUND) from None


def now_s() -> float:
    return asyncio.get_running_loop().time()
