"""What all live sockets have in common: frames out, pings in, an end that does not wait for a reader who is stuck."""

import asyncio
import logging
from abc import abstractmethod
from contextlib import suppress
from functools import partial
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from observability.live.limits import MAX_INBOUND_BYTES
from observability.live.room import Request, room
from observability.live.seat import BROKEN, TOO_BIG, Refused, Seat
from observability.live.shown import Frame
from observability.measures import VIEWERS

logger = logging.getLogger(__name__)

CLOSING_S = 1.0


class LiveSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no annotations
    channel_layer_alias = ""
    """None: hints come to the process once (hints.py), so that sockets work while the layer does not."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.is_cut = asyncio.Event()
        self.seat: Seat | None = None
        await super().__call__(scope, partial(self.receive_or_cut, receive), send)

    async def connect(self) -> None:
        """Accepted before anything is checked: only so a browser's page learns the code of the close."""
        await self.accept()
        self.sitting = asyncio.create_task(self.sit())

    async def sit(self) -> None:
        try:
            async with room().seat(self.request(), self.send_frame) as self.seat:
                with VIEWERS.track_inprogress():
                    await self.seat.sit()
        except Refused as refused:
            await self.end(refused.code)
        except OSError:
            return  # the reader has gone; the server says so in its own time
        except Exception:
            logger.exception("A live socket failed.")
            await self.end(BROKEN)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if len(text_data or bytes_data or "") > MAX_INBOUND_BYTES:
            await self.end(TOO_BIG)
        elif self.seat is not None and text_data:
            try:
                await self.seat.hear(text_data)
            except Refused as refused:
                await self.end(refused.code)

    async def send_frame(self, frame: Frame) -> None:
        if frame.is_binary:
            await self.send(bytes_data=frame.data)
        else:
            await self.send(text_data=frame.data.decode())

    async def end(self, code: int) -> None:
        """A reader who takes nothing does not take the goodbye either."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.close(code), CLOSING_S)
        self.is_cut.set()

    async def receive_or_cut(self, receive: Any) -> Any:
        tasks = [asyncio.ensure_future(receive()), asyncio.ensure_future(self.is_cut.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return tasks[0].result() if tasks[0].done() else {"type": "websocket.disconnect", "code": 1006}
        finally:
            for task in tasks:
                task.cancel()

    async def disconnect(self, code: int) -> None:
        self.sitting.cancel()

    @abstractmethod
    def request(self) -> Request: ...
