"""Credentials and proxies: what is sent to whom, and what never is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.weights.server import Hostile, body, redirect, status
from tests.weights.test_request import read
from zoo.cli import COMMANDS, _access, _selection
from zoo.errors import Refused, Unavailable, UsageError
from zoo.weights import Policy

DATA = b"weights"
TOKEN = "hf_secret"


def holding(server: Hostile, **more: object) -> Policy:
    return Policy(allow_private=True, tokens={f"127.0.0.1:{server.server_port}": TOKEN}, **more)  # type: ignore[arg-type]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    _selection.config.cache_clear()
    yield tmp_path / "zoo.toml"
    _selection.config.cache_clear()


def policy() -> Policy:
    made = _access.access(_access.Allowed())
    return made.policy


def test_a_token_is_sent_to_its_own_host(secure_server: Hostile) -> None:
    url = secure_server.serve("/a.pth", body(DATA))
    read(url, holding(secure_server))
    assert secure_server.headers[0]["Authorization"] == f"Bearer {TOKEN}"


def test_a_token_is_not_sent_to_another_host_nor_after_one(
    secure_server: Hostile, server: Hostile
) -> None:
    back = secure_server.serve("/b.pth", body(DATA))
    away = server.serve("/a.pth", redirect(back))
    url = secure_server.serve("/a.pth", redirect(away))
    read(url, holding(secure_server, allow_http=True))
    first, last = secure_server.headers
    assert "Authorization" in first
    assert "Authorization" not in server.headers[0]
    assert "Authorization" not in last


def test_a_token_stays_through_a_redirect_within_its_host(secure_server: Hostile) -> None:
    secure_server.serve("/b.pth", body(DATA))
    read(secure_server.serve("/a.pth", redirect("/b.pth")), holding(secure_server))
    assert all("Authorization" in headers for headers in secure_server.headers)


def test_a_token_is_not_sent_without_tls(server: Hostile) -> None:
    read(server.serve("/a.pth", body(DATA)), holding(server, allow_http=True))
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize("code", [401, 403, 404, 500])
def test_no_message_and_no_picture_of_a_policy_shows_a_token(
    secure_server: Hostile, code: int
) -> None:
    policy = holding(secure_server)
    with pytest.raises(Unavailable) as error:
        read(secure_server.serve("/a.pth", status(code)), policy)
    assert TOKEN not in f"{error.value} {error.value.hint} {policy!r}"


def test_the_token_of_the_environment_is_for_hugging_face_alone(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert policy().tokens == {}
    monkeypatch.setenv("HF_TOKEN", f" {TOKEN}\n")
    made = policy()
    assert made.token("https://huggingface.co/a/b/resolve/main/c") == TOKEN
    for url in (
        "https://huggingface.co.evil.example/a",
        "https://cdn.huggingface.co/a",
        "http://huggingface.co/a",
        "https://huggingface.co:8443/a",
        "https://github.com/a",
    ):
        assert made.token(url) == ""


def test_a_token_that_is_none_is_not_repeated(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret\r\nX-Evil: 1")
    with pytest.raises(UsageError, match="HF_TOKEN is no token") as error:
        policy()
    assert "hf_secret" not in error.value.message


def test_proxies_of_the_environment_are_not_asked(
    server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert read(server.serve("/a.pth", body(DATA)))[1] == DATA


def test_a_configured_proxy_is_asked_for_everything(
    server: Hostile, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text(f'proxy = "http://127.0.0.1:{server.server_port}"\n')
    proxy = policy().proxy
    server.serve("http://weights.invalid/a.pth", body(DATA))
    made = Policy(allow_http=True, proxy=proxy)
    assert read("http://weights.invalid/a.pth", made)[1] == DATA
    assert server.asked == ["http://weights.invalid/a.pth"]


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "localhost", "[::1]"])
def test_a_proxy_is_not_asked_for_a_private_address(server: Hostile, host: str) -> None:
    made = Policy(allow_http=True, proxy=f"http://127.0.0.1:{server.server_port}")
    with pytest.raises(Refused, match="not on the internet"):
        read(f"http://{host}/latest/meta-data", made)
    assert server.asked == []


@pytest.mark.parametrize("proxy", ["proxy", "socks5://a:1", "http://proxy", "http://a:b:c"])
def test_a_proxy_that_is_no_url_is_said(settings: Path, proxy: str) -> None:
    settings.write_text(f'proxy = "{proxy}"\n')
    with pytest.raises(UsageError, match="proxy is no URL of a proxy"):
        policy()


def test_the_settings_say_how_files_are_fetched(settings: Path) -> None:
    settings.write_text("paranoid = true\nmax-bytes = 10\noffline = true\n")
    made = _access.access(_access.Allowed())
    assert (made.paranoid, made.offline, made.policy.max_bytes) == (True, True, 10)
    assert not made.policy.allow_private


def test_no_option_lets_addresses_of_this_network_be_asked() -> None:
    options = {option.name for command in COMMANDS.values() for option in command.params}
    assert "allow_http" in options
    assert not {name for name in options if name and "private" in name}
