"""How often a project may ask the API, counted in a minute that all processes share where there is Redis.

A cache that cannot be asked costs nobody a request: then nothing is counted, and answers carry no figures.
"""

import logging
import time
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.conf import settings
from django.core.cache import caches
from rest_framework import exceptions
from rest_framework.request import Request

from projects.models import AccessToken, Project

logger = logging.getLogger(__name__)

WINDOW_S = 60
REQUESTS_OF_NO_PROJECT = 600
"""In a minute, of one person, for addresses at which there is nothing for them."""
LEFT_ALONE_S = 5
"""A cache that did not answer is not asked again so soon, or every request would wait for it."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left of this minute, after the request that was counted."""

    limit: int
    used: int
    reset_s: int

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """draft-ietf-httpapi-ratelimit-headers-07, which most clients know."""
        return {
            "RateLimit-Policy": f"{self.limit};w={WINDOW_S}",
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(self.limit - self.used, 0)),
            "RateLimit-Reset": str(self.reset_s),
        }


class TooManyRequests(exceptions.Throttled):
    def __init__(self, rate: Rate) -> None:
        super().__init__(rate.reset_s)
        self.detail = exceptions.ErrorDetail(
            f"That were more than {rate.limit} requests in a minute; go on in {rate.reset_s} s.", "throttled"
        )


class Counter:
    """Of one process. `cache` has an atomic `incr`; each key lives a little longer than its minute."""

    def __init__(self, cache: Any) -> None:
        self.cache = cache
        self.asked_again_at_s = 0.0

    def count(self, key: str, limit: int, *, now_s: float) -> Rate | None:
        """`now_s` is Unix time. None if the cache cannot be asked."""
        if time.monotonic() < self.asked_again_at_s:
            return None
        minute, passed_s = divmod(now_s, WINDOW_S)
        try:
            used = self._one_more(f"rate:{key}:{int(minute)}")
        except cache_troubles() as trouble:
            self.asked_again_at_s = time.monotonic() + LEFT_ALONE_S
            logger.warning("Requests are not counted, the cache cannot be asked: %s", type(trouble).__name__)
            return None
        return Rate(limit, used, ceil(WINDOW_S - passed_s))

    def _one_more(self, key: str) -> int:
        try:
            return int(self.cache.incr(key))
        except ValueError:  # not there yet
            if self.cache.add(key, 1, timeout=2 * WINDOW_S):
                return 1
            return int(self.cache.incr(key))


def cache_troubles() -> tuple[type[Exception], ...]:
    if not settings.REDIS_URL:
        return (OSError,)
    from redis.exceptions import RedisError  # 19 MB, for those who have one

    return (OSError, RedisError)


def count_request(request: Request, project: Project | None) -> Rate | None:
    """Of a project's tokens together; of each person in it apart, so that no script locks people out."""
    if isinstance(request.auth, AccessToken):
        project = request.auth.project
        key = f"{project.pk}"
    else:
        key = f"{project.pk if project else ''}~{request.user.pk}"
    limit = project.plan.api_requests_per_minute if project else REQUESTS_OF_NO_PROJECT
    return counter.count(key, limit, now_s=time.time())


counter = Counter(caches["rates"])
