"""How erasing keeps out of the way of uploads."""

import time

ROWS_AT_ONCE = 20
"""A batch may be megabytes. Each chunk is a transaction of its own, some milliseconds long."""
REST_S = 0.02
"""Between two small steps: whoever waits for SQLite's only writer gets its turn."""


def rest() -> None:
    time.sleep(REST_S)
