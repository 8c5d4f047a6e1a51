"""A scripted hostile HTTP server on 127.0.0.1: each path answers as the test tells it to."""

from __future__ import annotations

import gzip
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
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


def half_then(data: bytes, act: Answer, **headers: str) -> Answer:
    """Announce a file, send half of it, and then do something else."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body(data[: len(data) // 2], length=len(data), **headers)(handler)
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


def in_turn(*answers: Answer) -> Answer:
    """Answer each request as the next in line says; the last one stays."""
    left = list(answers)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


def ranged(
    data: bytes, etag: str = '"one"', *, cut: int | None = None, then: Answer | None = None
) -> Answer:
    """Answer as a good server does, also for a part; hang up after so many bytes if ``cut`` says.

    Args:
        then: how to hang up.
    """

    def answer(handler: BaseHTTPRequestHandler) -> None:
        start = _asked_from(handler, etag)
        if start >= len(data) > 0:
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(data)}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        handler.send_header("ETag", etag)
        handler.send_header("Content-Length", str(len(data) - start))
        handler.end_headers()
        handler.wfile.write(data[start:][:cut])
        if then is not None and cut is not None and start + cut < len(data):
            time.sleep(0.1)  # a reset discards what the client has not read yet
            then(handler)

    return answer


def _asked_from(handler: BaseHTTPRequestHandler, etag: str) -> int:
    """Return the first byte that a request asks for, by the rules for Range and If-Range."""
    wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    same = handler.headers.get("If-Range", etag) == etag and not etag.startswith("W/")
    return int(wanted[1]) if wanted and same else 0


def part(data: bytes, content_range: str | None, etag: str = '"one"', kind: str = "") -> Answer:
    """Answer with status 206 and a Content-Range, whatever was asked."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(206)
        if content_range is not None:
            handler.send_header("Content-Range", content_range)
        if kind:
            handler.send_header("Content-Type", kind)
        handler.send_header("ETag", etag)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def raw(*parts: bytes, pause: float = 0.0, endless: bool = False) -> Answer:
    """Answer with bytes that need not be HTTP; if endless, the last ones for ever."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        assert isinstance(handler.server, Hostile)
        for each in parts:
            handler.wfile.write(each)
            time.sleep(pause)
        while endless and not handler.server.released.is_set():
            handler.wfile.write(parts[-1])
            time.sleep(pause)

    return answer


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> Answer:
    """Answer in chunks of which the last may be missing."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return raw(head, *(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces), end)


def bomb() -> Answer:
    """Answer with few bytes that are many when unpacked."""
    return body(gzip.compress(bytes(2**24)), Content_Encoding="gzip")


@contextmanager
def running(server: Hostile) -> Iterator[Hostile]:
    """Let a server answer."""
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
    with running(Hostile()) as served:
        yield served


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Make a certificate authority that nobody knows."""
    return trustme.CA()


def _secured(certificate: trustme.LeafCert) -> Hostile:
    server = Hostile("https")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    # The handshake is left to the thread of the connection, so that none can hold up the others.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    return server


@pytest.fixture
def unknown_server(authority: trustme.CA) -> Iterator[Hostile]:
    """Serve https with a certificate of an authority that nobody knows."""
    with running(_secured(authority.issue_cert("127.0.0.1"))) as served:
        yield served


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Let the authority be trusted for the test."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(bundle))
    return authority


@pytest.fixture
def secure_server(unknown_server: Hostile, trusted: trustme.CA) -> Hostile:
    """Serve https with a certificate that is trusted for the test."""
    return unknown_server


def _certificate(authority: trustme.CA, fault: str) -> trustme.LeafCert:
    match fault:
        case "wrong name":
            return authority.issue_cert("weights.example")
        case "expired":
            long_ago = datetime.now(timezone.utc) - timedelta(days=2)
            return authority.issue_cert(
                "127.0.0.1", not_before=long_ago - timedelta(days=1), not_after=long_ago
            )
        case _:
            return trustme.CA().issue_cert("127.0.0.1")


@pytest.fixture
def unproven_server(request: pytest.FixtureRequest, trusted: trustme.CA) -> Iterator[Hostile]:
    """Serve https with a certificate that has the fault of the parameter."""
    with running(_secured(_certificate(trusted, request.param))) as served:
        yield served
