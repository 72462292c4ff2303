from channels.routing import URLRouter
from django.urls import path, re_path

from observability.live.consumers import NothingHere, SessionConsumer, SessionListConsumer
from observability.live.origin import OwnOrigin

websocket_urlpatterns = [
    path("ws/projects/<slug:slug>/sessions/", SessionListConsumer.as_asgi()),
    path("ws/projects/<slug:slug>/sessions/<uuid:public_id>/", SessionConsumer.as_asgi()),
    re_path("", NothingHere.as_asgi()),
]
websockets = OwnOrigin(URLRouter(websocket_urlpatterns))
