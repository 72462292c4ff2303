"""HTTP in production: what each of granian's processes serves, on a core of its own (docs/decisions/0027)."""

import gc

gc.disable()  # to look through what is being imported is a fifth of a start; `look_seldom` begins

from django.conf import settings  # noqa: E402

from config import cores  # noqa: E402
from config.wsgi import application  # noqa: E402

__all__ = ["application"]

if settings.ONE_CORE:
    cores.keep_to_own()
