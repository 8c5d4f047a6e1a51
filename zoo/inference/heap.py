"""Lets this process keep the memory that a network on the CPU frees, for its next layer.

By default glibc hands each large block back to the system when it is freed, and the next layer's
output is zeroed page by page by the kernel again, which takes a third of the time of a
network (``benchmarks/savings.py``). The numbers do not change.
"""

from __future__ import annotations

import contextlib
import ctypes
import platform
import threading
from collections.abc import Iterator

# mallopt(3): parameters and, in this order, values while kept and after.
_TRIM, _PAD, _MAPPED_FROM, _MAPPED = -1, -2, -3, -4
_KEPT = ((_MAPPED, 0), (_TRIM, -1), (_PAD, 2**26))
# Where glibc's own adjustment ends in a process that frees large blocks, and the defaults.
_AFTER = ((_MAPPED, 65_536), (_MAPPED_FROM, 2**25), (_TRIM, 2**26), (_PAD, 0))

_lock = threading.Lock()
_users = 0


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Keep freed memory; the last user gives it back. Nothing happens where libc is no glibc."""
    global _users
    libc = _glibc()
    if libc is None:
        yield
        return
    with _lock:
        _users += 1
        _set(libc, _KEPT)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                _set(libc, _AFTER)
                libc.malloc_trim(0)


def _set(libc: ctypes.CDLL, values: tuple[tuple[int, int], ...]) -> None:
    for parameter, value in values:
        libc.mallopt(parameter, value)


def _glibc() -> ctypes.CDLL | None:
    if platform.libc_ver()[0] != "glibc":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
