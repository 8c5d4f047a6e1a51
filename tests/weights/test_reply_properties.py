"""Whatever a server says is an answer or a reason, and no URL leads where none may lead."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import MakeEntry
from tests.damage import damaged, rewritten, survives
from tests.weights.server import Hostile, raw
from zoo.errors import Refused, Unavailable
from zoo.weights import Access, Patience, Policy, obtain
from zoo.weights.guard import public
from zoo.weights.hub import HOST, address
from zoo.weights.policy import check
from zoo.weights.replies import Answer, sniff, strong, understood
from zoo.weights.retry import retry_after

URL = "https://e.org/blob/a.pth"
NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
NUMBERS = st.sampled_from(["0", "5", "9", "10", "-1", "*", "٣", "9" * 30, "1e3", ""])
RANGES = st.tuples(NUMBERS, NUMBERS, NUMBERS).map(lambda n: f"bytes {n[0]}-{n[1]}/{n[2]}")
VALUES = {
    "etag": st.sampled_from(['"a"', 'W/"a"', '""', '"a', "a", '"\u00ff"', '"\u0101"', '"a"b"']),
    "content-range": RANGES | NUMBERS.map(lambda n: f"bytes */{n}") | st.text(max_size=12),
    "content-type": st.sampled_from(["text/html", "TEXT/HTML; x", "", "application/zip"]),
    "content-encoding": st.sampled_from(["identity", "gzip", " Identity ", "br, gzip"]),
    "retry-after": st.sampled_from(
        [
            "5",
            " 5 ",
            "9" * 400,
            "-1",
            "1.5",
            "²",
            "Fri, 31 Dec 9999 23:59:59 -2359",
            "Mon, 1 Jan 0001 00:00:00 +2359",
            "Wed, 21 Oct 2026 07:28:00 GMT",
            "21 Oct 2026",
            "0 0 0 0",
            "Thu, 01 Jan 1970 99:99:99 GMT",
        ]
    )
    | st.text(max_size=20),
}
HEADERS = st.fixed_dictionaries({}, optional=VALUES)


@given(
    st.sampled_from([100, 200, 206, 301, 401, 403, 404, 410, 416, 429, 503, 999]) | st.integers(),
    HEADERS,
    st.none() | st.integers(0, 100),
    st.integers(0, 20),
)
def test_any_status_and_headers_are_an_answer_or_a_reason(
    status: int, headers: dict[str, str], length: int | None, have: int
) -> None:
    def answer() -> Answer:
        return understood(status, headers, URL, length=length, have=have)

    found = survives(answer, Unavailable)
    if found is not None:
        assert found.start in {0, have}
        assert found.total is None or found.total >= found.start
        assert strong(found.etag) == found.etag
        assert not found.whole or found.total == have


@given(VALUES["retry-after"])
def test_a_wait_is_some_time_from_now_or_none(text: str) -> None:
    wait = retry_after(text, NOW)
    assert wait is None or 0 <= wait < 10**12


@pytest.mark.parametrize("zone", ["GMT", "-0000"])  # of which the second is of no zone (RFC 5322)
def test_a_date_without_a_zone_is_one_of_greenwich(zone: str) -> None:
    then = NOW.astimezone(timezone.utc) + timedelta(seconds=90)
    text = then.strftime(f"%a, %d %b %Y %H:%M:%S {zone}")
    assert retry_after(text, NOW) == pytest.approx(90, abs=1)


HEADS = [
    b"<!DOCTYPE html><html>",
    b"<?xml version='1.0'?><Error>",
    b'{"error": "x"}',
    b"\xff\xfe<\x00h\x00",
    b"version https://git-lfs.github.com/spec/v1\n",
    b"PK\x03\x04",
    b"\x10\0\0\0\0\0\0\0{}",
    b"<!-- a -->" + b"<!--" * 9,
]


@given(st.binary(max_size=64) | damaged(st.sampled_from(HEADS)))
def test_the_head_of_any_file_is_one_or_stands_for_another(head: bytes) -> None:
    try:
        sniff(head, URL)
    except Unavailable as error:
        assert URL in error.message


# URLs

URLS = [
    "https://github.com/o/r/releases/download/v1/a-01234567.pth",
    "http://e.org:8080/a?b=c",
    "https://user:tok@e.org/a",
    "hf://org/repo@main/dir/file.safetensors",
    "https://[::1]/a",
    "https://127.0.0.1/a#b",
    "https://E.org./a",
]
PIECES = [
    "@",
    "\\",
    "#",
    "?",
    ":",
    "//",
    "..",
    "%2e%2e",
    "%00",
    "[",
    "]",
    ":0",
    ":99999",
    "\t",
    "\u3002",
    "①",
    "xn--",
    "é",
    "\u202e",
    "evil.org",
    "github.com@",
    "0x7f.1",
    "file://",
    "/../",
    "%0d%0a",
]


@given(
    rewritten(st.sampled_from(URLS), PIECES) | st.text(max_size=30), st.booleans(), st.booleans()
)
def test_a_url_that_may_be_asked_for_has_one_host_for_every_program(
    url: str, http: bool, private: bool
) -> None:
    policy = Policy(allow_http=http, allow_private=private, tokens={"e.org": "secret"})
    parts = survives(lambda: check(url, policy), Refused)
    if parts is not None:
        host = url.partition("://")[2].partition("/")[0].partition("?")[0]
        assert parts.scheme == "https" or (http and parts.scheme == "http")
        assert "@" not in host
        assert not set(url) & set("\\ \t\r\n#")
        assert host.casefold().startswith(f"{parts.hostname}") or host.startswith("[")
        assert not policy.token(url) or (parts.hostname == "e.org" and parts.scheme == "https")


@given(rewritten(st.sampled_from([url for url in URLS if url.startswith("hf:")]), PIECES))
def test_an_address_on_the_hub_stays_on_the_hub(url: str) -> None:
    found = survives(lambda: address(url), Refused)
    if found is not None:
        parts = urlsplit(found)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", HOST, "", "")
        assert ".." not in parts.path.split("/")
        assert check(found, Policy()).hostname == HOST


@given(st.ip_addresses())
def test_no_address_is_public_that_is_private_in_another_form(
    given_address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    found = public(str(given_address))
    if not given_address.is_global:
        assert not found or str(given_address) in str(ipaddress.ip_network("192.88.99.0/24"))
    if isinstance(given_address, ipaddress.IPv4Address):
        for form in (f"::ffff:{given_address}", f"64:ff9b::{given_address}"):
            assert public(form) <= found


# A server that says anything

BODY = bytes(range(256)) * 40
REPLY = (
    b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\nETag: "x"\r\nContent-Type: application/zip\r\n\r\n%b'
    % (len(BODY), BODY)
)
LINES = [
    b"\r\n",
    b"HTTP/1.1 206 Partial Content\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: file:///etc\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 99999999999\r\n",
    b"\x00",
    b": \r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/9.9 999 \r\n",
    b"Content-Range: bytes 0-1/2\r\n",
    b"5\r\nabcde\r\n0\r\n\r\n",
    b"fffffffff\r\n",
    b"Set-Cookie: " + b"a" * 70_000,
    b"X: y\r\n" * 120,
    b"Retry-After: 1\r\n",
    b"\xff\xfe",
]


@settings(
    max_examples=settings.default.max_examples // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(reply=damaged(st.just(REPLY), LINES), location=st.text(max_size=12))
def test_any_bytes_of_a_server_end_in_a_file_or_a_reason(
    reply: bytes,
    location: str,
    server: Hostile,
    entry: MakeEntry,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("store")
    patience = Patience(answer=0.3, silence=0.2, total=2, attempts=2, sleep=lambda _: None)
    policy = Policy(allow_http=True, allow_private=True, max_bytes=2**20)
    access = Access(folder, policy=policy, patience=patience)
    url = server.serve("/a.pth", raw(reply))
    kept = survives(lambda: obtain(entry(weights=url), access), Unavailable)
    if kept is not None:
        data = Path(kept.path).read_bytes()
        assert kept.digest.hex == hashlib.sha256(data).hexdigest()
        assert kept.size == len(data)
    loose = [path for path in folder.rglob("*") if path.is_file() and "partial" in path.parts]
    assert kept is None or not loose
