"""What all tests of this folder share: the server's fixtures, and how a weights file is opened."""

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
from zoo.checkpoint.record import Checkpoint
from zoo.run import WeightsFile
from zoo.weights.convert import in_store
from zoo.weights.store import Store

__all__ = [
    "authority",
    "checkpoint_of",
    "secure_server",
    "server",
    "trusted",
    "unknown_server",
    "unproven_server",
]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def checkpoint_of(weights: WeightsFile) -> Checkpoint:
    """Open a weights file, with a store beside it."""
    return in_store(Store(weights.path.parent / "store"))(weights)
