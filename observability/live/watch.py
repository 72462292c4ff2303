"""Things that somebody looks at, each once in this process however many look."""

import asyncio
from collections.abc import Hashable
from functools import partial
from math import inf

from django.http import Http404

from observability.live.hints import Hints
from observability.live.limits import KEPT_EVENTS, LONG_BUILD_S, POLL_S
from observability.live.pace import Pace
from observability.live.reading import Reading
from observability.live.seldom import seldom_logger
from observability.live.shown import Frame, Shown
from observability.live.threads import built
from observability.live.timing import timed

logger = seldom_logger(__name__)


class Gone(Exception):
    """The watched thing is no more, or was never there."""


class Watch:
    """Reads when hinted at, and every POLL_S; keeps what is shown and the last events."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.shown: Shown | None = None
        self.is_gone = False
        self.events: dict[str, Frame] = {}
        self.readers = 0
        self.hinted: set[int] = set()
        self.is_hinted = asyncio.Event()
        self.news = asyncio.Event()
        """Set once there is another version than readers know of, or none any more; the next one has its own."""
        self.pace = Pace()
        self.last_cost_s = inf

    @property
    def is_live(self) -> bool:
        return self.shown is not None and self.shown.is_live

    def hear(self, session_ids: list[int]) -> None:
        mine = [session_id for session_id in session_ids if self.reading.concerns(session_id)]
        if mine:
            self.hinted.update(mine)
            self.is_hinted.set()

    async def frame_after(self, version: str) -> Frame:
        """What brings a reader with this version on, as soon as there is something. Raises Gone."""
        while not self.is_gone and (self.shown is None or self.shown.version == version):
            await self.news.wait()
        if self.is_gone or self.shown is None:
            raise Gone
        event = self.events.get(version)
        return event if event is not None else await built(self.shown.snapshot)

    async def run(self) -> None:
        """Until cancelled, or until the thing is gone."""
        while not self.is_gone:
            await asyncio.sleep(self.pace.pause_s(asyncio.get_running_loop().time()))
            self.is_hinted.clear()
            await self.renew()
            try:
                await asyncio.wait_for(self.is_hinted.wait(), POLL_S)
            except TimeoutError:
                continue

    async def renew(self) -> None:
        hinted, self.hinted = frozenset(self.hinted), set()
        began_s = asyncio.get_running_loop().time()
        try:
            renewed = timed(partial(self.reading.renewed, self.shown, hinted))
            shown, cost_s = await built(renewed, is_long=self.last_cost_s > LONG_BUILD_S)
        except Http404:
            self.is_gone = True
            self.tell()
        except Exception:
            logger.exception("Something watched cannot be read; it is tried again.")
            self.hinted |= hinted
            return
        else:
            self.pace.spend(began_s, cost_s)
            self.last_cost_s = cost_s
            self.show(shown)

    def show(self, shown: Shown) -> None:
        if shown is self.shown:
            return
        if shown.event is not None:
            self.events[shown.base] = shown.event
        else:
            self.events.clear()
        self.events.pop(shown.version, None)
        for version in list(self.events)[:-KEPT_EVENTS]:
            del self.events[version]
        self.shown = shown
        self.tell()

    def tell(self) -> None:
        told, self.news = self.news, asyncio.Event()
        told.set()


class Watches:
    """Of one event loop. A watch lasts as long as somebody looks."""

    def __init__(self) -> None:
        self.hints = Hints()
        self.by_key: dict[Hashable, tuple[Watch, asyncio.Task[None]]] = {}

    def join(self, key: Hashable, reading: Reading) -> Watch:
        if key not in self.by_key:
            watch = Watch(reading)
            self.hints.follow(reading.project.pk, watch.hear)
            self.by_key[key] = watch, asyncio.create_task(watch.run())
        watch, _task = self.by_key[key]
        watch.readers += 1
        return watch

    def leave(self, key: Hashable, watch: Watch) -> None:
        watch.readers -= 1
        if watch.readers == 0:
            _watch, task = self.by_key.pop(key)
            task.cancel()
            self.hints.leave(watch.reading.project.pk, watch.hear)
