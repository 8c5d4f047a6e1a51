"""How weights may be obtained, by the options and the settings."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import platformdirs

from zoo.cli._selection import config as settings
from zoo.errors import UsageError
from zoo.weights import Access, Policy, Progress

F = TypeVar("F", bound=Callable[..., Any])


def access_options(function: F) -> F:
    """Add the options that say how weights may be obtained."""
    for option in (
        click.option("--allow-http", is_flag=True, help="Also fetch weights over http."),
        click.option("--offline", is_flag=True, help="Use only what is on this machine."),
    ):
        function = option(function)
    return function


def require_torch(what: str) -> None:
    """Raise UsageError where torch or timm is not installed."""
    missing = [name for name in ("torch", "timm") if importlib.util.find_spec(name) is None]
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


def access(*, offline: bool, allow_http: bool, listener: Progress) -> Access:
    """Return how weights may be obtained, by the options and the settings."""
    return Access(
        cache_folder(),
        offline or settings().get("offline", False),
        Policy(allow_http=allow_http or settings().get("allow-http", False)),
        listener,
    )
