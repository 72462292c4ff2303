"""`python -m tests.live.serve PORT`: websockets and HTTP as `manage.py up` serves them, without workers.

What takes seconds in the product takes less here, so that the tests do too. LIVE_TEST_POLL_S makes polls rare where
a test is about hints. `GET /busy` answers with the number of requests, sockets and threads that are at work.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.live.server_settings"

at_work: set[object] = set()


def main(port: int) -> None:
    from observability.live import limits, threads

    limits.POLL_S = float(os.environ.get("LIVE_TEST_POLL_S", "0.5"))
    limits.CHECK_ACCESS_EVERY_S = 0.5
    limits.SLOW_READER_S = 1.0
    threads._build = CountedThreads(limits.BUILD_THREADS, "live build")
    threads._long_build = CountedThreads(limits.LONG_BUILD_THREADS, "live long build")
    threads._check = CountedThreads(limits.CHECK_THREADS, "live check")

    from config.asgi import application, http
    from config.server import Server, bound_socket

    Server(counted(application), on_stop=http.let_go).run(sockets=[bound_socket("127.0.0.1", port)])
    http.close()


class CountedThreads(ThreadPoolExecutor):
    """Work goes on here after the socket that asked for it has gone."""

    def submit(self, do: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(do, *args, **kwargs)
        at_work.add(future)
        future.add_done_callback(at_work.discard)
        return future


def counted(application: Any) -> Any:
    from tests.live.servers import BUSY_PATH

    async def count(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == BUSY_PATH:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": str(len(at_work)).encode()})
            return
        at_work.add(call := object())
        try:
            await application(scope, receive, send)
        finally:
            at_work.discard(call)

    return count


if __name__ == "__main__":
    main(int(sys.argv[1]))
