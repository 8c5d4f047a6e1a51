"""Connects to the very addresses that were checked, and hangs up when there is no answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from zoo.errors import Unavailable
from zoo.weights.guard import addresses


class Halted(Unavailable):
    """The user has ended the work."""


class Line:
    """The connections of one request; names are resolved once, where they are used.

    Args:
        private: also connect to addresses that are not on the public internet.
    """

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._sockets: list[socket.socket] = []
        self.hung_up = False

    def connect(self, host: str, port: int, timeout: Any) -> socket.socket:
        """Return a connection to the first address of a host that takes it.

        Raises:
            Refused: an address of the host is not on the public internet.
            OSError, UnicodeError: there is none, or none can be reached.
        """
        failure: OSError = OSError("there is no address")
        for family, address in addresses(host, port, private=self._private):
            made = socket.socket(family, socket.SOCK_STREAM)
            try:
                made.settimeout(timeout)
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                made.connect(address)
                self._sockets.append(made.dup())  # outlives the wrapping in TLS
            except OSError as error:
                made.close()
                failure = error
            else:
                return made
        raise failure

    def hang_up(self) -> None:
        """End all connections, from any thread: whoever reads from them gets an error."""
        self.hung_up = True
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Forget all connections."""
        while self._sockets:
            self._sockets.pop().close()

    @contextlib.contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Hang up if the block takes longer."""
        timer = threading.Timer(seconds, self.hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


class Halt:
    """Ends the downloads of all threads at once, whatever they wait for."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._lines: set[Line] = set()
        self._lock = threading.Lock()

    def now(self) -> None:
        """End all of them."""
        self._asked.set()
        with self._lock:
            for line in self._lines:
                line.hang_up()

    def check(self) -> None:
        """Raise Halted if they are to end."""
        if self._asked.is_set():
            raise Halted("interrupted")

    def wait(self, seconds: float) -> None:
        """Wait; raise Halted as soon as they are to end."""
        self._asked.wait(seconds)
        self.check()

    @contextlib.contextmanager
    def line(self, *, private: bool) -> Iterator[Line]:
        """Give a line that is hung up when they are to end."""
        line = Line(private=private)
        with self._lock:
            self._lines.add(line)
        try:
            self.check()
            yield line
        finally:
            with self._lock:
                self._lines.discard(line)
            line.close()


class Through(HTTPAdapter):
    """Lets requests connect through a line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make pools whose connections are those of the line."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._line.connect)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Make pools whose connections to a proxy are those of the line."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _pools(self._line.connect)
        return manager


def _pools(connect: Callable[[str, int, Any], socket.socket]) -> dict[str, Any]:
    class Http(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self._dns_host, self.port, self.timeout)

    class Https(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self._dns_host, self.port, self.timeout)

    class HttpPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Https

    return {"http": HttpPool, "https": HttpsPool}
