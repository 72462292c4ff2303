"""The websockets of docs/live-protocol.md."""

from functools import partial
from typing import Any
from urllib.parse import parse_qs

from observability.live.reading import ListReading, SessionReading
from observability.live.room import Request
from observability.live.seat import NOT_FOUND
from observability.live.socket import LiveSocket
from observability.live.visitor import Credentials


class SessionConsumer(LiveSocket):
    """`/ws/projects/<slug>/sessions/<id>/?cursor=…`"""

    def request(self) -> Request:
        public_id = self.scope["url_route"]["kwargs"]["public_id"]
        of = partial(SessionReading.of, public_id=public_id)
        return Request(**asked(self.scope), thing=public_id, reading_of=of, viewed=str(public_id))


class SessionListConsumer(LiveSocket):
    """`/ws/projects/<slug>/sessions/?cursor=…`"""

    def request(self) -> Request:
        return Request(**asked(self.scope), thing="sessions", reading_of=ListReading)


class NothingHere(LiveSocket):
    """Every other address: closed as for a thing that is not yours."""

    async def sit(self) -> None:
        await self.end(NOT_FOUND)


def asked(scope: Any) -> dict[str, Any]:
    query = parse_qs(scope["query_string"].decode("latin1"))
    return {
        "credentials": Credentials.of(scope),
        "slug": scope["url_route"]["kwargs"]["slug"],
        "version": query.get("cursor", [""])[0],
    }
