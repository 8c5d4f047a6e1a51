"""Takes from this process the calls that reach another program, host or process (Linux seccomp).

The numbers are those of ``<linux/filter.h>``, ``<linux/seccomp.h>`` and ``<asm/unistd.h>``.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys

_SET_SECCOMP, _FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # _REFUSE answers EPERM
_X32 = 0x40000000

# socket socketpair bind listen connect sendto execve execveat ptrace process_vm_writev setns
# unshare mount kill bpf pidfd_getfd io_uring_setup, by architecture.
_CALLS = {
    "x86_64": (
        0xC000003E,
        (41, 53, 49, 50, 42, 44, 59, 322, 101, 311, 308, 272, 165, 62, 321, 438, 425),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 199, 200, 201, 203, 206, 221, 281, 117, 271, 268, 97, 40, 129, 280, 438, 425),
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid_reaching_out() -> bool:
    """Refuse the calls above with EPERM from now on; return whether the kernel can.

    The process must have given up new privileges before.
    """
    known = _CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None or sys.maxsize < 2**32:
        return False
    code = _code(*known)
    program = _Program(len(code) // 8, code)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return bool(prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _code(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Return the filter in classic BPF: a jump skips so many instructions if true, or if not."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for call in calls:
        steps += [(_EQUAL, 0, 1, call), (_RETURN, 0, 0, _REFUSE)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
