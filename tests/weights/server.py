"""A scripted hostile HTTP server on 127.0.0.1: each path answers as the test tells it to."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

Answer = Callable[[BaseHTTPRequestHandler], None]


class Hostile(ThreadingHTTPServer):
    """Answers each path with a function; ``asked`` holds the paths in the order of the requests."""

    def __init__(self, scheme: str = "http") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = scheme
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.released = threading.Event()

    def url(self, path: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}{path}"

    def serve(self, path: str, answer: Answer) -> str:
        """Answer a path from now on; return its URL."""
        self.answers[path] = answer
        return self.url(path)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing where a client hung up."""


class _Handler(BaseHTTPRequestHandler):
    server: Hostile

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.headers.append(dict(self.headers))
        self.server.answers.get(self.path, status(404))(self)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the log out of the tests' output."""


def body(data: bytes, *, length: int | None = -1, **headers: str) -> Answer:
    """Answer with a file; a length of None leaves the header out, -1 stands for the true one."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if length is not None:
            handler.send_header("Content-Length", str(len(data) if length == -1 else length))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def status(code: int, **headers: str) -> Answer:
    """Answer with a status and no body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def redirect(to: str) -> Answer:
    """Answer that the file lies elsewhere."""
    return status(302, Location=to)


def endless_redirect(to: str) -> Answer:
    """Answer that the file lies elsewhere, with a body that never ends."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.end_headers()
        while True:
            handler.wfile.write(bytes(2**16))

    return answer


def half_then(data: bytes, act: Answer) -> Answer:
    """Announce a file, send half of it, and then do something else."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body(data[: len(data) // 2], length=len(data))(handler)
        act(handler)

    return answer


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Cut the connection with a TCP reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def stall(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing more until the test is over."""
    assert isinstance(handler.server, Hostile)
    handler.server.released.wait(30)


@contextmanager
def _running(server: Hostile) -> Iterator[Hostile]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[Hostile]:
    """Serve http."""
    with _running(Hostile()) as running:
        yield running


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Make a certificate authority that nobody knows."""
    return trustme.CA()


@pytest.fixture
def unknown_server(authority: trustme.CA) -> Iterator[Hostile]:
    """Serve https with a certificate of an authority that nobody knows."""
    import ssl

    server = Hostile("https")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with _running(server) as running:
        yield running


@pytest.fixture
def secure_server(
    unknown_server: Hostile,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Hostile:
    """Serve https with a certificate that is trusted for the test."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(bundle))
    return unknown_server
