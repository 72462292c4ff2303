"""The whole of Playhead in one ASGI application: websockets to Channels, HTTP to the WSGI application on threads."""

import os

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.wsgi import on_threads  # noqa: I001  (makes Django's apps ready for the imports below)
from channels.routing import ProtocolTypeRouter

from config.threads import OnThreads
from observability.live.routing import websockets

http = OnThreads(on_threads, threads=settings.WEB_THREADS, upload_threads=settings.UPLOAD_THREADS)
application = ProtocolTypeRouter({"http": http, "websocket": websockets})
