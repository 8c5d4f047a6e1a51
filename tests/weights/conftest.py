"""The server's fixtures, for all tests of this folder."""

from pathlib import Path

import pytest

from tests.weights.server import (
    authority,
    secure_server,
    server,
    trusted,
    unknown_server,
    unproven_server,
)

__all__ = [
    "authority",
    "secure_server",
    "server",
    "trusted",
    "unknown_server",
    "unproven_server",
]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"
