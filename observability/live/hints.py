"""Receives hints: once in the process, however many sockets it has."""

import asyncio
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from observability.live.hint import group_of, sessions_of
from observability.live.limits import HINT_TIMEOUT_S, LAYER_PAUSE_S
from observability.live.seldom import seldom_logger

logger = seldom_logger(__name__)
seldom_logger("channels_redis.pubsub")  # it writes a traceback every second while Redis is away

Hear = Callable[[list[int]], None]


class Hints:
    """Belongs to one event loop. Without a working layer nothing is heard, and it is tried again."""

    def __init__(self) -> None:
        self.hearers: dict[int, set[Hear]] = {}
        self.has_changed = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    def follow(self, project_id: int, hear: Hear) -> None:
        """Call `hear` with the numbers of the project's sessions that have changed."""
        self.hearers.setdefault(project_id, set()).add(hear)
        self.has_changed.set()
        if not self.tasks:
            self.tasks = [asyncio.create_task(self.listen())]

    def leave(self, project_id: int, hear: Hear) -> None:
        hearers = self.hearers.get(project_id, set())
        hearers.discard(hear)
        if not hearers:
            self.hearers.pop(project_id, None)
            self.has_changed.set()

    async def listen(self) -> None:
        while True:
            try:
                await self.listen_on(get_channel_layer())
            except Exception as error:
                logger.warning(
                    "Live hints cannot be received (%s); viewers poll meanwhile.", type(error).__name__
                )
                await asyncio.sleep(LAYER_PAUSE_S)

    async def listen_on(self, layer: Any) -> None:
        channel = await asyncio.wait_for(layer.new_channel(), HINT_TIMEOUT_S)
        receiving = asyncio.create_task(self.receive(layer, channel))
        joining = asyncio.create_task(self.join(layer, channel))
        try:
            await asyncio.wait([receiving, joining], return_when=asyncio.FIRST_EXCEPTION)
            for task in (receiving, joining):
                if task.done():
                    task.result()
        finally:
            receiving.cancel()
            joining.cancel()

    async def receive(self, layer: Any, channel: str) -> None:
        while True:
            message = await layer.receive(channel)
            for hear in list(self.hearers.get(message["project"], ())):
                hear(sessions_of(message))

    async def join(self, layer: Any, channel: str) -> None:
        joined: set[int] = set()
        while True:
            self.has_changed.clear()
            for project_id in self.hearers.keys() - joined:
                await asyncio.wait_for(layer.group_add(group_of(project_id), channel), HINT_TIMEOUT_S)
                joined.add(project_id)
            for project_id in joined - self.hearers.keys():
                await asyncio.wait_for(layer.group_discard(group_of(project_id), channel), HINT_TIMEOUT_S)
                joined.discard(project_id)
            await self.has_changed.wait()
