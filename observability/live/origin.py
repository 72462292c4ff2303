"""Keeps other sites' pages from opening sockets with their reader's cookie."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

Application = Callable[[Any, Any, Any], Awaitable[None]]


class OwnOrigin:
    """An ASGI application for websockets: refuses the handshake unless scheme, host and port are our own.

    Scripts send no Origin; they are let in with a token, which no browser adds by itself.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if is_acceptable({name: value.decode("latin1") for name, value in scope["headers"]}, scope["scheme"]):
            await self.application(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 4403})


def is_acceptable(headers: dict[bytes, str], scheme: str) -> bool:
    origin = headers.get(b"origin")
    if origin is None:
        return headers.get(b"authorization", "").lower().startswith("bearer ")
    return origin.lower() in own_origins(headers, scheme) or is_trusted_subdomain(origin.lower())


def own_origins(headers: dict[bytes, str], scheme: str) -> set[str]:
    base = urlsplit(settings.BASE_URL)
    origins = {f"{base.scheme}://{base.netloc}".lower(), *map(str.lower, settings.CSRF_TRUSTED_ORIGINS)}
    host = headers.get(b"host", "").lower()
    if host and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        origins.add(f"{scheme_seen(headers, scheme)}://{host}")
    return origins


def scheme_seen(headers: dict[bytes, str], scheme: str) -> str:
    """By the browser: a proxy that we are told to trust says it in a header."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        told = headers.get(name.removeprefix("HTTP_").replace("_", "-").lower().encode())
        if told is not None:
            return "https" if told.split(",", 1)[0].strip() == secure else "http"
    return "https" if scheme in ("wss", "https") else "http"


def is_trusted_subdomain(origin: str) -> bool:
    """CSRF_TRUSTED_ORIGINS may name `https://*.example.org`."""
    parsed = urlsplit(origin)
    patterns = (urlsplit(each.replace("*", "", 1)) for each in settings.CSRF_TRUSTED_ORIGINS if "*" in each)
    return any(
        parsed.scheme == each.scheme and is_same_domain(parsed.netloc, each.netloc) for each in patterns
    )
