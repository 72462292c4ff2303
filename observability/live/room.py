"""All readers of this process: who comes in, and who sits before what."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from weakref import WeakKeyDictionary

from django.db import Error as DatabaseError

from observability.live.limits import MAX_REMEMBERED_VISITS, MAX_SOCKETS_PER_PERSON, SAME_CHECK_S
from observability.live.reading import Reading
from observability.live.seat import NOT_NOW, TOO_MANY, Refused, Seat, Send, admitted
from observability.live.visitor import Credentials, Visitor, note_visit, visitor_of
from observability.live.watch import Watches
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Request:
    """What a socket's address and headers ask for."""

    credentials: Credentials
    slug: str
    version: str
    """What the reader has already; "" for nothing."""
    thing: Hashable
    """What of the project is to be watched."""
    reading_of: Callable[[Project], Reading]
    """Raises Http404."""
    viewed: str = ""
    """The id of a session, for the project's audit trail; "" for the list."""

    async def visit(self) -> Visitor:
        """Sockets of one page or script are checked together. Raises Refused, or DatabaseError."""
        visitor = _visits.known(self.credentials, self.slug)
        if visitor is None:
            visitor = await admitted(partial(_visits.recent, self.credentials, self.slug))
        return visitor

    def first_visit(self) -> tuple[Visitor, Reading]:
        visitor = _visits.fresh(self.credentials, self.slug)
        reading = self.reading_of(visitor.project)
        note_visit(visitor, self.credentials.address, self.viewed)
        return visitor, reading


class Visits:
    """Who was admitted a moment ago. Refusals are not remembered."""

    def __init__(self) -> None:
        self.found: dict[tuple[Credentials, str], tuple[float, Visitor]] = {}

    def known(self, credentials: Credentials, slug: str) -> Visitor | None:
        at_s, visitor = self.found.get((credentials, slug), (0.0, None))
        return visitor if time.monotonic() - at_s < SAME_CHECK_S else None

    def recent(self, credentials: Credentials, slug: str) -> Visitor:
        return self.known(credentials, slug) or self.fresh(credentials, slug)

    def fresh(self, credentials: Credentials, slug: str) -> Visitor:
        if len(self.found) > MAX_REMEMBERED_VISITS:
            self.found.clear()
        self.found.pop((credentials, slug), None)
        began_s = time.monotonic()
        visitor = visitor_of(credentials, slug)
        self.found[credentials, slug] = began_s, visitor
        return visitor


class Room:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self.watches = Watches()
        self.taken: Counter[str] = Counter()

    @asynccontextmanager
    async def seat(self, request: Request, send: Send) -> AsyncIterator[Seat]:
        """Raises Refused."""
        try:
            visitor, reading = await admitted(request.first_visit)
        except DatabaseError:
            raise Refused(NOT_NOW) from None
        if self.taken[visitor.key] >= MAX_SOCKETS_PER_PERSON:
            raise Refused(TOO_MANY)
        key = (visitor.project.pk, request.thing)
        self.taken[visitor.key] += 1
        watch = self.watches.join(key, reading)
        try:
            yield Seat(visitor, request.visit, watch, request.version, send)
        finally:
            self.watches.leave(key, watch)
            self.taken -= Counter([visitor.key])


_visits = Visits()
_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, Room] = WeakKeyDictionary()


def room() -> Room:
    return _rooms.setdefault(asyncio.get_running_loop(), Room())
