"""Takes from this process the right to change any file (Landlock, Linux 5.13 and newer).

The numbers are those of ``<linux/landlock.h>``; glibc has no functions for these calls.
"""

from __future__ import annotations

import ctypes
import os
import sys

_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # the same on every architecture
_VERSION = 1  # asks for the version of the interface
_WRITE_FILE = 1 << 1
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE, _DEVICES = 1 << 13, 1 << 14, 1 << 15  # versions 2, 3, 5
_BIND_AND_CONNECT_TCP = 3  # version 4
_ABSTRACT_SOCKETS_AND_SIGNALS = 3  # version 6


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def forbid_writing() -> bool:
    """Forbid this process to write, make or remove files; return whether the kernel can.

    What is open stays open. Where the kernel can do that too, TCP and signals to others go as well.
    """
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:
        return False
    rules = _rules(version)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = call(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        return bool(call(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _rules(version: int) -> _Ruleset:
    files = _WRITE_FILE | _REMOVE_AND_MAKE
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _DEVICES)):
        files |= right if version >= since else 0
    net = _BIND_AND_CONNECT_TCP if version >= 4 else 0
    return _Ruleset(files, net, _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0)
