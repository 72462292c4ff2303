"""Logging of what may fail many times a second."""

import logging
import time

from observability.live.limits import LOG_FAILURES_EVERY_S


class Seldom(logging.Filter):
    """Lets one record in a minute through."""

    def __init__(self) -> None:
        super().__init__()
        self.next_s = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        now_s = time.monotonic()
        if now_s < self.next_s:
            return False
        self.next_s = now_s + LOG_FAILURES_EVERY_S
        return True


def seldom_logger(name: str) -> logging.Logger:
    logger = logging.getLogger(name)
    if not any(isinstance(each, Seldom) for each in logger.filters):
        logger.addFilter(Seldom())
    return logger
