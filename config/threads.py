"""Runs the WSGI application on threads under an ASGI server. Reasons: docs/decisions/0001-http-on-threads.md.

A thread is held by code that works, never by a slow line: small bodies are read before a thread is taken, answers are
pulled from the application piece by piece, and an answer that is to be held back waits in the event loop.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from a2wsgi.wsgi import Body, build_environ

SMALL_BODY_BYTES = 64 * 1024
"""What the server reads ahead anyway; nine in ten uploads of a live session are smaller."""
PIECE_BYTES = 64 * 1024
"""One hop between loop and thread per piece: 4 KB pieces would cap a download at 40 MB/s."""
UPLOAD_SILENCE_S = 30.0
"""How long a large body may pause. Exporters give up after 10 s; a sender that never does may not keep a thread."""
HOLD_HEADER = "playhead-hold-ms"
"""A view asks with this header that its finished answer be sent that much later. It never reaches the client."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
OnThread = Callable[..., Awaitable[Any]]
Application = Callable[..., Iterable[bytes]]


class SenderGone(ConnectionAbortedError):
    """The client went away, or fell silent, before its request was complete.

    Without this, half a body would look like a whole one.
    """


@dataclass(slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    piece: bytes
    pieces: Iterator[bytes] | None
    close: Callable[[], None]

    def take_hold_ms(self) -> int:
        hold_ms = next((int(value) for name, value in self.headers if name.lower() == HOLD_HEADER), 0)
        self.headers = [(name, value) for name, value in self.headers if name.lower() != HOLD_HEADER]
        return hold_ms


class OnThreads:
    """ASGI for HTTP. Large uploads have their own threads, so that many of them delay nothing else."""

    def __init__(
        self,
        application: Application,
        *,
        threads: int,
        upload_threads: int,
        upload_silence_s: float = UPLOAD_SILENCE_S,
    ) -> None:
        self.application = application
        self.upload_silence_s = upload_silence_s
        self.threads = ThreadPoolExecutor(threads, "http")
        self.upload_threads = ThreadPoolExecutor(upload_threads, "upload")
        self.is_closing = asyncio.Event()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        receive = refusing_half_bodies(receive)
        try:
            start, is_whole = await read_ahead(scope, receive)
        except SenderGone:
            return
        pool = self.threads if is_whole else self.upload_threads
        on_thread = partial(asyncio.get_running_loop().run_in_executor, pool)
        environ = environ_of(scope, refusing_silence(receive, self.upload_silence_s), start, is_whole)
        answer = await on_thread(answer_of, self.application, environ)
        await self.hold_back(answer.take_hold_ms())
        await start_answer(answer, send)
        if answer.pieces is not None:
            await send_pieces(answer, send, on_thread, Departure(receive if is_whole else None))

    def let_go(self) -> None:
        """The server is about to end: held answers go out now."""
        self.is_closing.set()

    def close(self) -> None:
        """The server has ended: idle threads go."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.upload_threads.shutdown(wait=False, cancel_futures=True)

    async def hold_back(self, hold_ms: int) -> None:
        """Not beyond the server's own end."""
        if hold_ms:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.is_closing.wait(), hold_ms / 1000)


def refusing_half_bodies(receive: Receive) -> Receive:
    async def receive_or_raise() -> Message:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SenderGone("The client closed the connection within its request.")
        return message

    return receive_or_raise


def refusing_silence(receive: Receive, silence_s: float) -> Receive:
    """Once only: whoever reads on after the error does not wait again."""
    is_gone = False

    async def receive_or_raise() -> Message:
        nonlocal is_gone
        try:
            if not is_gone:
                return await asyncio.wait_for(receive(), silence_s)
        except TimeoutError:
            is_gone = True
        raise SenderGone(f"The client sent nothing for {silence_s:g} s within its request.")

    return receive_or_raise


async def read_ahead(scope: Any, receive: Receive) -> tuple[bytes, bool]:
    """Return the body, or the beginning of a large one, and whether it is whole."""
    if content_length(scope) > SMALL_BODY_BYTES:
        return b"", False
    body = b""
    while len(body) <= SMALL_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body, True
    return body, False


def content_length(scope: Any) -> int:
    """0 for a chunked body; the HTTP parser refuses what is not a number."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)


def environ_of(scope: Any, receive: Receive, start: bytes, is_whole: bool) -> dict[str, Any]:
    """A chunked body that is whole has a length by now, so Django reads it as any other."""
    scope = {**scope, "headers": unmistakable(scope["headers"])}
    if is_whole:
        environ: dict[str, Any] = {**build_environ(scope, io.BytesIO(start))}  # type: ignore[arg-type]
        return {**environ, "CONTENT_LENGTH": str(len(start))}
    body = Body(asyncio.get_running_loop(), receive)  # type: ignore[arg-type]
    body.buffer.extend(start)
    return {**build_environ(scope, body)}


def unmistakable(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """WSGI cannot tell X_Forwarded_For from X-Forwarded-For, so names with an underscore go, as in other servers."""
    return [header for header in headers if b"_" not in header[0]]


def answer_of(application: Application, environ: dict[str, Any]) -> Answer:
    """On a thread: run the application up to the first piece of its answer."""
    started: list[tuple[int, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        started[:] = [(int(status.split(" ", 1)[0]), headers)]

    result = application(environ, start_response)
    close = getattr(result, "close", lambda: None)
    pieces = iter(result)
    piece = next_piece(pieces)
    if len(piece) >= PIECE_BYTES:
        return Answer(*started[0], piece, pieces, close)
    close()
    return Answer(*started[0], piece, None, close)


def next_piece(pieces: Iterator[bytes]) -> bytes:
    """Shorter than PIECE_BYTES only at the end."""
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            break
    return b"".join(gathered)


async def start_answer(answer: Answer, send: Send) -> None:
    headers = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.piece, "more_body": answer.pieces is not None})


async def send_pieces(answer: Answer, send: Send, on_thread: OnThread, departure: "Departure") -> None:
    try:
        piece = answer.piece
        while len(piece) >= PIECE_BYTES and not departure.has_happened():
            piece = await on_thread(next_piece, answer.pieces)
            await send({"type": "http.response.body", "body": piece, "more_body": len(piece) >= PIECE_BYTES})
    finally:
        departure.stop_watching()
        await on_thread(answer.close)


class Departure:
    """Tells whether the client has gone; sending to it would go on without an error."""

    def __init__(self, receive: Receive | None) -> None:
        self.watch = asyncio.ensure_future(receive()) if receive else None

    def has_happened(self) -> bool:
        return self.watch is not None and self.watch.done()

    def stop_watching(self) -> None:
        if self.watch and not self.watch.cancel():
            self.watch.exception()
