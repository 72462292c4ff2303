"""`python -m tests.live.serve PORT`: websockets and HTTP as `manage.py up` serves them, without workers.

What takes seconds in the product takes less here, so that the tests do too. LIVE_TEST_POLL_S makes polls rare where
a test is about hints.
"""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.live.server_settings"


def main(port: int) -> None:
    from observability.live import limits

    limits.POLL_S = float(os.environ.get("LIVE_TEST_POLL_S", "0.5"))
    limits.CHECK_ACCESS_EVERY_S = 0.5
    limits.SLOW_READER_S = 1.0

    from config.asgi import application, http
    from config.server import Server, bound_socket

    Server(application, on_stop=http.let_go).run(sockets=[bound_socket("127.0.0.1", port)])
    http.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
