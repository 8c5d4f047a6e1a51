"""The server's fixtures, for all tests of this folder."""

from server import authority, secure_server, server, unknown_server

__all__ = ["authority", "secure_server", "server", "unknown_server"]
