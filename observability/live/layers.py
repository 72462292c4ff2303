import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from channels.layers import InMemoryChannelLayer


class ThreadSafeInMemoryChannelLayer(InMemoryChannelLayer):  # type: ignore[misc]  # channels has no annotations
    """The in-process layer, usable from worker threads too: every call hops onto the loop that owns the receivers.

    Without the hop a message from another thread lies in its queue until that loop happens to wake, up to
    seconds later.
    """

    _home: asyncio.AbstractEventLoop | None = None

    async def _on_home_loop(self, call: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        home = self._home
        if home is None or home is asyncio.get_running_loop() or home.is_closed():
            return await call(*args)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_awaited(call, *args), home))

    async def group_add(self, group: str, channel: str) -> None:
        """Before its first receiver waits, so that no message comes in from the wrong loop."""
        self._home = asyncio.get_running_loop()
        await super().group_add(group, channel)

    async def receive(self, channel: str) -> Any:
        self._home = asyncio.get_running_loop()
        return await super().receive(channel)

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        await self._on_home_loop(super().send, channel, message)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await self._on_home_loop(super().group_send, group, message)


async def _awaited(call: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    return await call(*args)
