"""Where a request comes from: the peer, or what proxies that the operator named tell of theirs."""

import re
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

WITH_PORT = re.compile(r"^(?:(?P<v4>[\d.]+)|\[(?P<v6>[^\]]+)\]):\d+$|^\[(?P<bare>[^\]]+)\]$")


def address_of(request: HttpRequest) -> str | None:
    return client_address(request.META.get("REMOTE_ADDR"), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def client_address(peer: str | None, forwarded_for: str) -> str | None:
    """`forwarded_for` is all of X-Forwarded-For, joined by commas. None for a peer without an address (a Unix socket).

    Each proxy adds its own peer at the end, so only the last TRUSTED_PROXY_COUNT entries are proxies' words; what
    stands before them anybody can write. A header that is too short did not come by them, and then the peer counts.
    """
    entries = [entry.strip() for entry in forwarded_for.split(",")]
    count = settings.TRUSTED_PROXY_COUNT
    told = written(entries[-count]) if 0 < count <= len(entries) and is_proxy(peer) else None
    return told or written(peer or "")


def is_proxy(peer: str | None) -> bool:
    """Whoever it is, if the operator names no networks; a Unix socket is the proxy's."""
    address = written(peer or "")
    if not settings.TRUSTED_PROXIES or address is None:
        return True
    return any(ip_address(address) in network for network in settings.TRUSTED_PROXIES)


def written(address: str) -> str | None:
    """In one way of several, without a port; None for what is no address."""
    match = WITH_PORT.match(address)
    bare = next(filter(None, match.groups())) if match else address
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)
