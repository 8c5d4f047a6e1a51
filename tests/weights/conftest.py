"""The server's fixtures, for all tests of this folder."""

from tests.weights.server import authority, secure_server, server, unknown_server

__all__ = ["authority", "secure_server", "server", "unknown_server"]
