"""The addresses of this machine, under which browsers and agents beside it may speak to Playhead."""

import fcntl
import socket
import struct

SIOCGIFADDR = 0x8915
"""Linux: the IPv4 address of a network interface."""


def own_addresses() -> list[str]:
    """Numbers only, and our own: a stranger's page cannot give its own name one of these and pass as ours."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        found = [address_of(probe, name) for _, name in socket.if_nameindex()]
    return [address for address in found if address]


def address_of(probe: socket.socket, interface: str) -> str:
    try:
        answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
    except OSError:
        return ""
    return socket.inet_ntoa(answer[20:24])
