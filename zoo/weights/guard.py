"""Keeps requests on the public internet: an index must not send them into a private network."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from zoo.errors import Refused

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address for IPv6-only hosts, RFC 6052


def check_host(host: str, port: int) -> None:
    """Raise where a host has an address that is not on the public internet.

    Raises:
        Refused: one of its addresses is private, of this machine, or of no single machine.
        OSError, UnicodeError: the name does not resolve, or cannot be a host's name.
    """
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        _check_address(host, str(address[0]))


class Guarded(HTTPAdapter):
    """Hangs up before it asks for anything where the address reached is not on the internet.

    A name may resolve to another address than it did when it was checked.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections that look at whom they have reached."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class _HTTP(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _check_peer(self)


class _HTTPS(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _check_peer(self)


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPS


def _check_peer(connection: HTTPConnection) -> None:
    assert connection.sock is not None
    try:
        _check_address(connection.host, connection.sock.getpeername()[0])
    except Refused:
        connection.close()
        raise


def _check_address(host: str, text: str) -> None:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            address = ipaddress.IPv4Address(address.packed[-4:])
        else:
            address = address.ipv4_mapped or address.sixtofour or address
    if not address.is_global or address.is_multicast:
        raise Refused(f"{host} is the address {text}, which is not on the internet")
