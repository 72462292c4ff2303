"""HTTP in production: what each of granian's processes serves, on a core of its own (docs/decisions/0027)."""

from django.conf import settings

from config import cores
from config.wsgi import application

__all__ = ["application"]

if settings.ONE_CORE:
    cores.keep_to_own()
