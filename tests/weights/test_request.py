"""Asking: what is asked for, what is refused, and what is said when a server misbehaves."""

from __future__ import annotations

import hashlib
import ipaddress
import socket

import pytest

from tests.weights.server import (
    Hostile,
    body,
    endless_redirect,
    half_then,
    redirect,
    reset,
    stall,
    status,
)
from zoo.errors import Refused, Unavailable
from zoo.weights import Halt, Patience, Policy
from zoo.weights.guard import addresses, public
from zoo.weights.policy import check
from zoo.weights.request import Rest, Terms, ask
from zoo.weights.retry import Transient

OPEN = Policy(allow_http=True, allow_private=True)
SECURE = Policy(allow_private=True)
DEFAULT = Policy()
DATA = bytes(range(256)) * 64


def read(
    url: str, policy: Policy = OPEN, rest: Rest | None = None, **patience: float
) -> tuple[int | None, bytes]:
    terms = Terms(policy, Patience(**patience), Halt())
    with ask(url, rest or Rest(), terms) as (answer, chunks):
        return answer.total, b"".join(chunks)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name resolve to the addresses, one after the other; the last one stays."""
    left = list(addresses)

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[object]:
        address = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_file_arrives_whole_and_with_its_size(server: Hostile) -> None:
    size, data = read(server.serve("/a.pth", body(DATA)))
    assert size == len(DATA)
    assert hashlib.sha256(data).digest() == hashlib.sha256(DATA).digest()


def test_a_request_asks_for_the_bytes_as_they_are_and_carries_no_credentials(
    server: Hostile, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    read(server.serve("/a.pth", body(DATA)))
    assert server.headers[0]["Accept-Encoding"] == "identity"
    assert "Authorization" not in server.headers[0]


def test_a_file_without_a_declared_length_is_read_to_its_end(server: Hostile) -> None:
    assert read(server.serve("/a.pth", body(DATA, length=None))) == (None, DATA)


@pytest.mark.parametrize("length", ["many", "-3", "9" * 5000])
def test_a_declared_length_that_is_no_number_counts_as_none(server: Hostile, length: str) -> None:
    url = server.serve("/a.pth", body(DATA, length=None, Content_Length=length))
    assert read(url) == (None, DATA)


def test_a_body_that_is_longer_than_declared_is_read_as_far_as_declared(server: Hostile) -> None:
    assert read(server.serve("/a.pth", body(DATA, length=100))) == (100, DATA[:100])


def test_a_body_that_is_shorter_than_declared_is_not_taken_for_the_file(server: Hostile) -> None:
    with pytest.raises(Unavailable, match="broke off"):
        read(server.serve("/a.pth", body(DATA, length=len(DATA) + 1)))


def test_a_connection_that_is_reset_half_way_is_no_file(server: Hostile) -> None:
    with pytest.raises(Unavailable, match=r"cannot reach 127.0.0.1: broke off"):
        read(server.serve("/a.pth", half_then(DATA, reset)))


def test_a_connection_that_is_reset_at_once_is_unreachable(server: Hostile) -> None:
    with pytest.raises(Unavailable, match=r"cannot reach 127.0.0.1: .*reset"):
        read(server.serve("/a.pth", reset))


def test_a_server_that_falls_silent_is_given_up(server: Hostile) -> None:
    with pytest.raises(Transient, match="timed out"):
        read(server.serve("/a.pth", half_then(DATA, stall)), silence=0.2)


def test_a_port_where_nobody_listens_is_unreachable(server: Hostile) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a.pth"
        with pytest.raises(Unavailable, match=r"cannot reach 127.0.0.1: .*refused") as error:
            read(url)
    assert "--offline" in error.value.hint
    assert "0x" not in error.value.message  # no addresses of objects


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        (401, r"asks who we are \(status 401\)", "no credentials"),
        (403, r"the server refuses .* \(status 403\)", "no credentials"),
        (404, r"there is no file at .* \(status 404\)", "correct the Weights URL"),
        (410, r"was taken away for good \(status 410\)", "another Weights URL"),
        (500, "answers with status 500", "try again later"),
        (206, "answers with status 206", "try again later"),
        (304, "answers with status 304", "try again later"),
    ],
)
def test_each_status_has_its_message(server: Hostile, code: int, message: str, hint: str) -> None:
    with pytest.raises(Unavailable, match=message) as error:
        read(server.serve("/a.pth", status(code)))
    assert hint in error.value.hint


@pytest.mark.parametrize("kind", ["text/html", "text/html; charset=utf-8", "Text/HTML"])
def test_a_web_page_is_not_taken_for_a_file(server: Hostile, kind: str) -> None:
    with pytest.raises(Unavailable, match="gives a web page, not a file"):
        read(server.serve("/a.pth", body(b"<html>", Content_Type=kind)))


def test_a_body_that_comes_compressed_is_refused(server: Hostile) -> None:
    with pytest.raises(Unavailable, match="comes compressed"):
        read(server.serve("/a.pth", body(DATA, Content_Encoding="gzip")))


@pytest.mark.parametrize("absolute", [True, False])
def test_a_redirect_is_followed(server: Hostile, absolute: bool) -> None:
    there = server.serve("/there/b.pth", body(DATA))
    url = server.serve("/a.pth", redirect(there if absolute else "there/b.pth"))
    assert read(url) == (len(DATA), DATA)
    assert server.asked == ["/a.pth", "/there/b.pth"]


def test_five_redirects_are_followed_and_not_a_sixth(server: Hostile) -> None:
    for hop in range(6):
        server.serve(f"/{hop}", redirect(f"/{hop + 1}"))
    server.serve("/6", body(DATA))
    assert read(server.url("/1"))[1] == DATA
    with pytest.raises(Refused, match="redirects more than 5 times"):
        read(server.url("/0"))


def test_a_loop_of_redirects_ends(server: Hostile) -> None:
    with pytest.raises(Refused, match="redirects more than 5 times"):
        read(server.serve("/a.pth", redirect("/a.pth")))
    assert len(server.asked) == 6


def test_the_body_of_a_redirect_is_not_read(server: Hostile) -> None:
    server.serve("/b.pth", body(DATA))
    assert read(server.serve("/a.pth", endless_redirect("/b.pth")))[1] == DATA


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("file:///etc/passwd", "file:///etc/passwd is not https"),
        ("ftp://127.0.0.1/a", "is not https"),
        ("http://me:secret@127.0.0.1/a", "a URL with a user name is refused"),
        ("http://[::1/a", "is no URL"),
        ("http://127.0.0.1:99999/a", "is no URL"),
    ],
)
def test_a_redirect_is_checked_like_the_first_url(
    server: Hostile, target: str, message: str
) -> None:
    with pytest.raises(Refused, match=message) as error:
        read(server.serve("/a.pth", redirect(target)))
    assert "secret" not in error.value.message
    assert "/a.pth redirects to what is " in error.value.message


def test_a_redirect_without_a_target_is_no_file(server: Hostile) -> None:
    with pytest.raises(Unavailable, match="answers with status 302"):
        read(server.serve("/a.pth", status(302)))


def test_https_is_read_where_the_certificate_is_trusted(secure_server: Hostile) -> None:
    assert read(secure_server.serve("/a.pth", body(DATA)), SECURE)[1] == DATA


def test_https_with_an_unknown_certificate_is_unreachable(unknown_server: Hostile) -> None:
    with pytest.raises(Unavailable, match=r"does not prove that it is 127.0.0.1: ") as error:
        read(unknown_server.serve("/a.pth", body(DATA)), SECURE)
    assert unknown_server.asked == []
    assert "this machine's clock" in error.value.hint


def test_a_redirect_from_https_to_http_is_refused(secure_server: Hostile, server: Hostile) -> None:
    plain = server.serve("/b.pth", body(DATA))
    with pytest.raises(Refused, match="is not https") as error:
        read(secure_server.serve("/a.pth", redirect(plain)), SECURE)
    assert f"/a.pth redirects to what is refused: {plain}" in error.value.message
    assert "--allow-http" not in error.value.hint
    assert server.asked == []


def test_http_is_refused_by_default_and_the_hint_names_the_option() -> None:
    with pytest.raises(Refused, match=r"http://example.org/a.pth is not https") as error:
        check("http://example.org/a.pth", DEFAULT)
    assert "--allow-http" in error.value.hint


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/a", "gopher://x", "a"])
def test_a_scheme_other_than_https_is_refused_without_an_option(url: str) -> None:
    with pytest.raises(Refused, match="is not https") as error:
        check(url, Policy(allow_http=True))
    assert error.value.hint == ""


def test_a_user_name_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(Refused, match="user name") as error:
        check("https://me:secret@example.org/a.pth", DEFAULT)
    assert "secret" not in error.value.message


@pytest.mark.parametrize("url", ["https:///a.pth", "https:a.pth"])
def test_a_url_without_a_host_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="names no host"):
        check(url, DEFAULT)


@pytest.mark.parametrize("url", ["https://[::1", "https://h:99999/a", "https://h:x/a"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="is no URL"):
        check(url, DEFAULT)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "[::1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[2002:7f00:1::]",
    ],
)
def test_an_address_that_is_not_on_the_internet_is_refused(host: str) -> None:
    with pytest.raises(Refused, match="not on the internet"):
        addresses(host.strip("[]"), 443)


@pytest.mark.parametrize("host", ["8.8.8.8", "[2001:4860:4860::8888]", "[64:ff9b::8.8.8.8]"])
def test_an_address_on_the_internet_may_be_asked(host: str) -> None:
    assert len(addresses(host.strip("[]"), 443)) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1"])
def test_a_name_that_resolves_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolve_to(monkeypatch, address)
    with pytest.raises(Refused, match=r"weights.example is the address .* not on the internet"):
        read("https://weights.example/a.pth", DEFAULT)


def test_a_name_is_resolved_once_and_the_connection_goes_to_the_address_that_was_checked(
    server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.serve("/a.pth", body(DATA))
    resolve_to(monkeypatch, "127.0.0.1", "169.254.169.254")
    assert read(f"http://weights.example:{server.server_port}/a.pth")[1] == DATA
    assert server.headers[0]["Host"] == f"weights.example:{server.server_port}"


def test_a_tls_server_at_a_private_address_is_not_asked(secure_server: Hostile) -> None:
    url = secure_server.serve("/a.pth", body(DATA))
    with pytest.raises(Refused, match=r"^the address 127.0.0.1 is not on the internet"):
        read(url, DEFAULT)
    assert secure_server.asked == []


def test_a_name_that_does_not_resolve_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(Unavailable, match=r"cannot reach weights.example: .*not known"):
        read("https://weights.example/a.pth", DEFAULT)


def test_a_name_that_cannot_be_a_hosts_is_unreachable() -> None:
    with pytest.raises(Unavailable, match="cannot reach"):
        read(f"https://{'a' * 64}.example/a.pth", DEFAULT)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com@evil.example/a.pth",
        "https://github.com\\@evil.example/a.pth",
        "https://user:token@github.com/a.pth",
        "https://github.com./a.pth",
        "https://github。com/a.pth",
        "https://ⓖithub.com/a.pth",
        "https://gіthub.com/a.pth",
        "https://-evil.example/a.pth",
        "https://a.example:0/a.pth",
        "https://a.example:99999/a.pth",
        "https://a.example:port/a.pth",
        "https://a.example/a b.pth",
        "https://a.example/a\tb.pth",
        "https://a.example/a\n.pth",
        "https://a.example/a\r\nX-Evil: 1",
        "https://a.example/a\x00.pth",
        "https://a.example/\x1b[2J.pth",
        "https://a.example/" + "a" * 10_000,
        "https://a.example/a.pth#sha256=00",
        "https://?github.com",
        "https://#github.com",
        "git+ssh://github.com/a",
        "simplecache::https://a.example/a.pth",
        "zip://x::file://etc/passwd",
        "data:text/plain,a",
        "s3://bucket/a",
    ],
)
def test_a_url_that_programs_read_differently_is_refused(url: str) -> None:
    with pytest.raises(Refused) as error:
        check(url, Policy(allow_http=True))
    assert len(error.value.message) < 5000
    assert "token" not in error.value.message


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0", "localhost"]
)
def test_a_number_that_is_this_machine_is_refused(host: str) -> None:
    with pytest.raises((Refused, Unavailable)):
        read(f"https://{host}/a.pth", DEFAULT)
    with pytest.raises((Refused, OSError)):
        addresses(host, 443)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.255.255",
        "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:10::1",
        "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
        "fe80::1%eth0", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_no_special_purpose_address_is_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "140.82.112.3", "192.0.1.1", "2606:4700::1", "2a00:1450:4001::1"]
)
def test_other_addresses_are(address: str) -> None:
    assert public(address)
