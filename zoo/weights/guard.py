"""Keeps requests on the public internet: an index must not send them into a private network."""

from __future__ import annotations

import ipaddress
import socket

from zoo.errors import Refused

# The special-purpose ranges of the IANA registries (RFC 6890), and multicast. `is_global` of the
# standard library differs between its versions and lets some of them pass.
_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip
_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # an IPv4 address for IPv6-only hosts, RFC 6052

# What socket.getaddrinfo gives of one address: its family, and what socket.connect takes.
Reachable = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]


def addresses(host: str, port: int, *, private: bool = False) -> list[Reachable]:
    """Return the addresses of a host, all of them on the public internet.

    Args:
        private: also return others.

    Raises:
        Refused: one of them is private, of this machine, or of no single machine.
        OSError, UnicodeError: the name does not resolve, or cannot be a host's name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, address in found:
        if not private and not public(str(address[0])):
            raise Refused(_inward(host, str(address[0])))
    return [(family, address) for family, _, _, _, address in found]  # type: ignore[misc]  # ints where there is no IPv6


def _inward(host: str, address: str) -> str:
    if host == address:
        return f"the address {address} is not on the internet"
    return f"{host} is the address {address}, which is not on the internet"


def public(text: str) -> bool:
    """Return whether an address is that of one machine on the public internet."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address in _NAT64:
            address = ipaddress.IPv4Address(address.packed[-4:])
        elif address not in _UNICAST:
            return False
    return not any(address in special for special in _SPECIAL)
