"""The server's fixtures, for all tests of this folder."""

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
