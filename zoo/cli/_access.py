"""How weights may be obtained, by the options and the settings."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click
import platformdirs

from zoo.cli import _options
from zoo.cli._selection import config as settings
from zoo.errors import UsageError
from zoo.weights import Access, Halt, Policy, Progress
from zoo.weights.hub import HOST
from zoo.weights.policy import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Allowed:
    """How weights may be obtained, as far as the options say."""

    offline: bool = False
    allow_http: bool = False
    paranoid: bool = False


access_options = _options.gathered(
    "allowed",
    Allowed,
    click.option("--offline", is_flag=True, help="Use only what is on this machine."),
    click.option("--allow-http", is_flag=True, help="Also fetch weights over http."),
    click.option("--paranoid", is_flag=True, help="Hash stored weights even if unchanged."),
)


def missing_torch() -> list[str]:
    """Return which of torch and timm are not installed."""
    return [name for name in ("torch", "timm") if importlib.util.find_spec(name) is None]


def require_torch(what: str) -> None:
    """Raise UsageError where torch or timm is not installed."""
    _require(missing_torch(), what)


def require(package: str, module: str, what: str) -> None:
    """Raise UsageError where a package of the extra ``timm`` is not installed."""
    _require([package] if importlib.util.find_spec(module) is None else [], what)


def _require(missing: list[str], what: str) -> None:
    if missing:
        raise UsageError(
            f"{what} needs {' and '.join(missing)}, which this installation lacks",
            "pip install 'zoo-verify[timm]'",
        )


def cache_folder() -> Path:
    """Return the folder of the store: $ZOO_CACHE_DIR, else the platform's cache folder."""
    named = os.environ.get("ZOO_CACHE_DIR")
    if named:
        return Path(named)
    return Path(platformdirs.user_cache_dir("zoo"))


def _silent(what: str, done: int, total: int | None) -> None:
    """Say nothing, as where each file has its own progress."""


def access(
    allowed: Allowed,
    listener: Progress = _silent,
    *,
    refresh: bool = False,
    halt: Halt | None = None,
) -> Access:
    """Return how weights may be obtained, by the options and the settings.

    Raises:
        UsageError: the proxy or the token cannot be used.
    """
    policy = Policy(
        allow_http=allowed.allow_http or settings().get("allow-http", False),
        max_bytes=settings().get("max-bytes", MAX_BYTES),
        proxy=_proxy(settings().get("proxy", "")),
        tokens=_tokens(),
    )
    return Access(
        cache_folder(),
        allowed.offline or settings().get("offline", False),
        policy,
        listener,
        paranoid=allowed.paranoid or settings().get("paranoid", False),
        refresh=refresh,
        halt=halt or Halt(),
    )


def _proxy(url: str) -> str:
    """Return the configured proxy; those of the environment are not asked."""
    try:
        parts = urlsplit(url)
        sound = not url or (parts.scheme in ("http", "https") and parts.hostname and parts.port)
    except ValueError:
        sound = False
    if not sound:
        raise UsageError("proxy is no URL of a proxy", "write it as http://host:port")
    return url


def _tokens() -> Mapping[str, str]:
    """Return the token for Hugging Face, if $HF_TOKEN has one; it goes to no other host."""
    token = os.environ.get("HF_TOKEN", "").strip()
    if not token:
        return {}
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise UsageError("HF_TOKEN is no token: it holds a blank or a character that none has")
    return {HOST: token}
