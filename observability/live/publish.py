"""Tells viewers, wherever they are connected, that a session has changed. Called after commit, from any thread.

A call leaves a note and returns. One thread of the process takes the notes to the channel layer; whatever goes wrong
there costs nobody an upload, because viewers also look by themselves (docs/live-protocol.md, "Hints").
"""

import asyncio
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from channels.layers import get_channel_layer

from observability.live.hint import group_of, message_of
from observability.live.limits import COALESCE_HINTS_S, HINT_TIMEOUT_S, LAYER_PAUSE_S, MAX_WAITING_HINTS
from observability.live.seldom import seldom_logger
from observability.models import Session

logger = seldom_logger(__name__)

Cursors = dict[int, int]


class Kept(Protocol):
    """What an upload did to one session (observability.sessions.keep)."""

    session_id: int | None
    cursor: int


def publish(project_id: int, kept: Iterable[Kept]) -> None:
    """Never raises."""
    cursors = {each.session_id: each.cursor for each in kept if each.session_id is not None}
    if cursors:
        with suppress(RuntimeError):  # no thread to be had; the upload is worth more than the hint
            _messenger().leave(project_id, cursors)


def publish_sessions(session_ids: Iterable[int]) -> None:
    """For changes other than uploads, such as a status or a summary."""
    rows = Session.objects.filter(pk__in=list(session_ids)).values_list("project_id", "pk", "cursor")
    for project_id, session_id, cursor in rows:
        _messenger().leave(project_id, {session_id: cursor})


class Messenger:
    """Notes by project, and the thread that takes them away."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.notes: dict[int, Cursors] = {}
        self.count = 0
        self.has_notes = threading.Event()
        threading.Thread(target=self.work, name="live messenger", daemon=True).start()

    def leave(self, project_id: int, cursors: Cursors) -> None:
        with self.lock:
            if self.count < MAX_WAITING_HINTS:
                notes = self.notes.setdefault(project_id, {})
                before = len(notes)
                notes.update(cursors)
                self.count += len(notes) - before
        self.has_notes.set()

    def take(self) -> dict[int, Cursors]:
        self.has_notes.clear()
        with self.lock:
            taken, self.notes, self.count = self.notes, {}, 0
            return taken

    def work(self) -> None:
        """In a loop of its own, because a layer belongs to one."""
        with asyncio.Runner() as runner:
            while True:
                self.has_notes.wait()
                is_delivered = runner.run(deliver(self.take()))
                runner.run(asyncio.sleep(COALESCE_HINTS_S if is_delivered else LAYER_PAUSE_S))


async def deliver(notes: dict[int, Cursors]) -> bool:
    try:
        async with asyncio.timeout(HINT_TIMEOUT_S):
            layer = get_channel_layer()
            for project_id, cursors in notes.items():
                await layer.group_send(group_of(project_id), message_of(project_id, cursors))
    except Exception as error:
        logger.warning("Live hints cannot be sent (%s); viewers poll meanwhile.", type(error).__name__)
        return False
    return True


_lock = threading.Lock()
_the_messenger: Messenger | None = None


def _messenger() -> Messenger:
    """Begun by the first upload, and again in a process that was forked after that."""
    global _the_messenger
    messenger = _the_messenger
    if messenger is None or messenger.pid != os.getpid():
        with _lock:
            if _the_messenger is None or _the_messenger.pid != os.getpid():
                _the_messenger = Messenger()
            messenger = _the_messenger
    return messenger
