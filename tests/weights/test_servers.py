"""Every way in which a server can be bad: what is said, what is left behind, and in what time."""

from __future__ import annotations

import codecs
import hashlib
import importlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.weights.server import (
    Answer,
    Hostile,
    body,
    bomb,
    chunked,
    half_then,
    in_turn,
    part,
    ranged,
    raw,
    redirect,
    reset,
    stall,
    status,
)
from zoo.claims import Digest, Metric
from zoo.errors import Unavailable
from zoo.run import WeightsFile
from zoo.weights import Access, Patience, Policy, obtain
from zoo.weights.replies import sniff

DATA = bytes(range(256)) * 4096
HEX = hashlib.sha256(DATA).hexdigest()
OTHER = bytes(reversed(DATA))
HALF = len(DATA) // 2
OK = b"HTTP/1.1 200 OK\r\n"
CUT = ranged(DATA, cut=HALF)

Fetch = Callable[..., WeightsFile]


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def access(tmp_path: Path, slept: list[float]) -> Access:
    patience = Patience(
        answer=0.5, silence=0.3, floor=2**16, window=0.4, attempts=4, sleep=slept.append
    )
    policy = Policy(allow_http=True, allow_private=True, max_bytes=2**25)
    return Access(tmp_path / "cache", policy=policy, patience=patience)


@pytest.fixture
def fetch(entry, claim, server: Hostile, access: Access) -> Fetch:
    """Serve a path as an answer says and fetch it, pinned or not."""

    def run(answer: Answer, *, pinned: bool = False, access: Access = access) -> WeightsFile:
        url = server.serve("/weights.pth", answer)
        claims = [claim(Metric.WEIGHTS_DIGEST, Digest("sha256", HEX))] if pinned else []
        return obtain(entry(*claims, weights=url), access)

    return run


SURVIVED: dict[str, Answer] = {
    "no length": body(DATA, length=None),
    "a length that is no number": body(DATA, length=None, Content_Length="many"),
    "in chunks": chunked(DATA[:1000], DATA[1000:]),
    "500 and then the file": in_turn(status(500), body(DATA)),
    "502, 503, 504 and then the file": in_turn(status(502), status(503), status(504), body(DATA)),
    "429 and then the file": in_turn(status(429), body(DATA)),
    "429 with a Retry-After of years": in_turn(status(429, Retry_After="99999999"), body(DATA)),
    "408 with a date": in_turn(
        status(408, Retry_After="Fri, 31 Dec 1999 23:59:59 GMT"), body(DATA)
    ),
    "cut and then the rest": in_turn(CUT, ranged(DATA)),
    "the end after each 300,000 bytes": ranged(DATA, cut=300_000),
    "a reset after 700,000 bytes": ranged(DATA, cut=700_000, then=reset),
    "200 where a part was asked for": in_turn(CUT, body(DATA)),
    "a weak tag": in_turn(ranged(DATA, 'W/"one"', cut=HALF), ranged(DATA, 'W/"one"')),
    "no tag": in_turn(half_then(DATA, reset), body(DATA)),
    "another tag": in_turn(ranged(OTHER, '"two"', cut=HALF), ranged(DATA)),
    "a part that begins elsewhere": in_turn(
        CUT, part(DATA[1:], f"bytes 1-{len(DATA) - 1}/{len(DATA)}"), ranged(DATA)
    ),
    "a part without Content-Range": in_turn(CUT, part(DATA[HALF:], None), ranged(DATA)),
    "a part of a larger file": in_turn(
        CUT, part(DATA[HALF:], f"bytes {HALF}-{len(DATA) - 1}/{len(DATA) + 1}"), ranged(DATA)
    ),
    "a part of a file with another tag": in_turn(
        CUT,
        part(OTHER[HALF:], f"bytes {HALF}-{len(DATA) - 1}/{len(DATA)}", '"two"'),
        ranged(DATA),
    ),
    "parts in a multipart": in_turn(
        CUT, part(b"--x", None, kind="multipart/byteranges; boundary=x"), ranged(DATA)
    ),
    "416 with another size": in_turn(CUT, status(416, Content_Range="bytes */7"), ranged(DATA)),
    "416 without a size": in_turn(CUT, status(416), ranged(DATA)),
    "a chunk that breaks off": in_turn(chunked(DATA[:1000], end=b"ff\r\nabc"), body(DATA)),
    "a stall": in_turn(half_then(DATA, stall), body(DATA)),
    "no answer": in_turn(stall, body(DATA)),
    "endless 1xx": in_turn(raw(b"HTTP/1.1 100 Continue\r\n\r\n", endless=True), body(DATA)),
    "a header that comes drop by drop": in_turn(
        raw(OK, b"X: ", *[b"a"] * 50, pause=0.05), body(DATA)
    ),
    "a body that comes drop by drop": in_turn(
        raw(OK + b"Content-Length: 9\r\n\r\n", *[b"a"] * 50, pause=0.05), body(DATA)
    ),
    "an empty answer": in_turn(raw(b""), body(DATA)),
    "headers that break off": in_turn(raw(OK, b"Content-Le"), body(DATA)),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", SURVIVED)
def test_what_passes_is_survived(fetch: Fetch, access: Access, case: str) -> None:
    begun = time.monotonic()
    weights = fetch(SURVIVED[case])
    assert weights.digest.hex == HEX
    assert weights.path.read_bytes() == DATA
    assert [*(access.cache / "partial").iterdir()] == []
    assert time.monotonic() - begun < 6


FATAL: dict[str, tuple[Answer, str]] = {
    "short body": (body(DATA, length=len(DATA) + 1), "broke off after 1,048,576"),
    "a gzip bomb": (bomb(), "comes compressed"),
    "a loop of redirects": (redirect("/weights.pth"), "redirects more than 5 times"),
    "a redirect to a file": (redirect("file:///etc/passwd"), "is not https"),
    "a declared terabyte": (body(b"", length=10**12), r"it has 1,000,000,000,000 bytes"),
    "an endless body": (
        raw(OK + b"\r\n", bytes(2**20), endless=True),
        "is larger than 33,554,432 bytes: .* have come",
    ),
    "500 for ever": (status(500), "answers with status 500; asked 4 times in vain"),
    "429 for ever": (status(429), "answers with status 429; asked 4 times in vain"),
    "401": (status(401), "asks who we are"),
    "403": (status(403), "the server refuses"),
    "404": (status(404), "there is no file at"),
    "410": (status(410), "taken away for good"),
    "a web page": (body(b"<html>", Content_Type="text/html"), "gives a web page"),
    "a web page of no type": (body(b"\n<!DOCTYPE html><p>Sign in"), "gives a web page"),
    "a web page after a mark": (
        body(codecs.BOM_UTF8 + b" <html><p>Sign in"),
        "gives a web page, not a file",
    ),
    "a web page of wide characters": (
        body("\ufeff<!DOCTYPE html><p>Sign in".encode("utf-16-le")),
        "gives a web page, not a file",
    ),
    "an error as JSON": (body(b'\n{"error": "sign in, M\xc3\xbcller"}'), "gives JSON, not a file"),
    "a list as JSON": (body(b"[]"), "gives JSON, not a file"),
    "an error as XML": (
        body(b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>'),
        "gives XML, not a file",
    ),
    "an error as bare XML": (body(b"<Error><Code>NoSuchKey"), "gives XML, not a file"),
    "an LFS pointer": (
        body(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"),
        "gives a Git LFS pointer",
    ),
    "10,000 headers": (raw(OK, b"X: y\r\n" * 10_000, b"\r\n"), "cannot reach .* headers"),
    "a header of a mebibyte": (raw(OK, b"X: " + b"y" * 2**20), "cannot reach .* header line"),
    "two lengths": (
        raw(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        "cannot reach .* multiple",
    ),
    "a reset at once": (reset, "cannot reach .* reset"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "cannot reach"),
    "an empty file": (body(b""), "gives no bytes; asked 4 times in vain"),
    "a part that nobody asked for": (part(DATA[1:], None), "answers with status 206"),
    "drops for ever": (
        raw(OK + b"Content-Length: 99\r\n\r\n", *[b"a"] * 99, pause=0.02),
        "stalls: .* bytes in",
    ),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("case", FATAL)
def test_what_does_not_pass_has_its_message_and_leaves_nothing(
    fetch: Fetch, access: Access, case: str
) -> None:
    answer, message = FATAL[case]
    begun = time.monotonic()
    with pytest.raises(Unavailable, match=message) as error:
        fetch(answer)
    assert time.monotonic() - begun < 10
    assert "0x" not in error.value.message
    assert [*(access.cache / "sha256").glob("*/*")] == []
    assert fetch(body(DATA)).digest.hex == HEX


@pytest.mark.parametrize("length", [0x7B, 0x5B, 0x7B20, 0x5B0A0920, 0x7B7B])
def test_a_length_that_looks_like_the_begin_of_json_is_no_json(length: int) -> None:
    """So do safetensors begin: with the length of their header, then the header."""
    head = length.to_bytes(8, "little") + b'{"weight": {"dtype": "F32"'
    sniff(head, "https://weights.example/a.safetensors")


@pytest.mark.parametrize("unproven_server", ["wrong name", "expired", "unknown"], indirect=True)
def test_a_certificate_that_proves_nothing_ends_it_at_once(
    entry, access: Access, unproven_server: Hostile, slept: list[float]
) -> None:
    url = unproven_server.serve("/weights.pth", body(DATA))
    with pytest.raises(Unavailable, match=r"does not prove that it is 127\.0\.0\.1"):
        obtain(entry(weights=url), access)
    assert unproven_server.asked == []
    assert slept == []


def test_the_rest_is_asked_for_with_the_tag_of_the_beginning(fetch: Fetch, server: Hostile) -> None:
    fetch(in_turn(CUT, ranged(DATA)))
    first, second = server.headers
    assert "Range" not in first
    assert (second["Range"], second["If-Range"]) == (f"bytes={HALF}-", '"one"')


def test_a_beginning_without_a_strong_tag_is_not_gone_on_with(
    fetch: Fetch, server: Hostile
) -> None:
    fetch(in_turn(ranged(DATA, 'W/"one"', cut=HALF), ranged(DATA)))
    assert all("Range" not in headers for headers in server.headers)


def test_parts_of_two_files_under_one_tag_are_no_file_where_the_digest_is_known(
    fetch: Fetch, server: Hostile, access: Access
) -> None:
    swapped = ranged(OTHER, '"one"', cut=HALF)
    weights = fetch(in_turn(swapped, ranged(DATA)), pinned=True)
    assert (weights.digest.hex, weights.mismatch) == (HEX, "")
    assert [("Range" in headers) for headers in server.headers] == [False, True, False]


def test_a_pause_doubles_has_some_chance_in_it_and_ends(
    fetch: Fetch, access: Access, slept: list[float]
) -> None:
    patient = replace(access.patience, attempts=8, chance=lambda: 1.0)
    with pytest.raises(Unavailable):
        fetch(status(503), access=replace(access, patience=patient))
    assert slept == [1, 2, 4, 8, 16, 30, 30]


def test_a_server_that_wants_more_time_gets_two_minutes_at_most(
    fetch: Fetch, slept: list[float]
) -> None:
    answers = [status(429, Retry_After=wait) for wait in ("7", "99999999", "soon")]
    fetch(in_turn(*answers, body(DATA)))
    assert slept[:2] == [7, 120]
    assert slept[2] <= 4


def test_the_total_time_is_limited_however_often_there_is_progress(
    fetch: Fetch, access: Access
) -> None:
    hasty = replace(access.patience, total=0.0)
    with pytest.raises(Unavailable, match="is not here after 0 hours"):
        fetch(body(DATA), access=replace(access, patience=hasty))


def test_a_host_that_was_given_up_is_not_waited_for_again(
    fetch: Fetch, access: Access, slept: list[float], server: Hostile, entry
) -> None:
    with pytest.raises(Unavailable, match="asked 4 times in vain"):
        fetch(reset)
    assert len(slept) == 3
    with pytest.raises(Unavailable, match="cannot reach") as error:
        obtain(entry(weights=server.serve("/other.pth", reset)), access)
    assert len(slept) == 3
    assert "in vain" not in error.value.message
    server.serve("/other.pth", body(DATA))
    assert obtain(entry(weights=server.url("/other.pth")), access).digest.hex == HEX


def test_a_claimed_size_lets_a_file_be_larger_so_that_the_claim_can_be_refuted(
    entry, claim, server: Hostile, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.serve("/weights.pth", body(DATA))
    claimed = claim(Metric.FILE_SIZE, "1000")
    assert obtain(entry(claimed, weights=url), access).size == len(DATA)
    monkeypatch.setattr(importlib.import_module("zoo.weights.obtain"), "SLACK", 0)
    server.serve("/other.pth", body(DATA))
    with pytest.raises(Unavailable, match="is larger than 2,000 bytes") as error:
        obtain(entry(claimed, weights=server.url("/other.pth")), access)
    assert "File Size" in error.value.hint


def test_a_file_for_which_there_is_no_room_is_not_begun(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10}))
    with pytest.raises(Unavailable, match=r"no room for .*1,048,576 bytes are missing, 10 are"):
        fetch(body(DATA))
