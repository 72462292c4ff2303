"""The two caches: what all processes have to share, and what may be lost or missed at any moment."""

from typing import Any

REDIS = "django.core.cache.backends.redis.RedisCache"
MAX_ENTRIES = 10_000


def caches(redis_url: str) -> dict[str, dict[str, Any]]:
    """`default` counts the tries of those who guess passwords, `rates` requests of the API."""
    if redis_url:
        # Short of patience, because no request is to wait for its being counted.
        impatient = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25}
        return {
            "default": {"BACKEND": REDIS, "LOCATION": redis_url},
            "rates": {"BACKEND": REDIS, "LOCATION": redis_url, "OPTIONS": impatient},
        }
    return {
        # Shared by all processes, which memory is not.
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache_entry",
            "OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES},
        },
        "rates": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "rates",
            "OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES},
        },
    }
