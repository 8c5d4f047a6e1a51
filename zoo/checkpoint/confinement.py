"""Takes from this process all that reading one file does not need, as far as the system can.

Each step that the system has adds its name to the record; one that it has not is left out of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import time
from typing import Any

from zoo.checkpoint import landlock, seccomp

MEMORY = 320 * 2**20  # bytes above those in use, for a file of no size
MEMORY_PER_BYTE = 4
CPU_SECONDS = 20  # for all, libraries included
CPU_SECONDS_TO_READ = 1  # once they are there, for a file of no size
CPU_BYTES_PER_SECOND = 5 * 10**6

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_PARENT_DEATH_SIGNAL, _NO_NEW_PRIVILEGES, _KILL = 1, 38, 9
_ACTS = (
    *("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"),
    *("os.startfile", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink"),
    *("os.chmod", "os.chown", "os.truncate", "os.utime", "os.kill", "os.putenv", "pty.", "shutil."),
    *("sqlite3.", "pickle.find_class", "winreg.", "ctypes.", "code.", "webbrowser."),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def cpu_seconds(size: int) -> int:
    """Return the processor time that opening a file of so many bytes may take."""
    return CPU_SECONDS + size // CPU_BYTES_PER_SECOND


def confine(size: int) -> list[str]:
    """Give up new files, other programs, other hosts and other processes, for good.

    Args:
        size: of the file to be read, in bytes.

    Returns:
        What was reached, in words, for the record.
    """
    reached = _limit(size)
    if sys.platform == "linux":
        control = ctypes.CDLL(None, use_errno=True).prctl
        control(_PARENT_DEATH_SIGNAL, _KILL, 0, 0, 0)
        control(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        reached += _without_network()
        reached += ["landlock"] if landlock.forbid_writing() else []
        reached += ["seccomp"] if seccomp.forbid_reaching_out() else []
    return reached


def _limit(size: int) -> list[str]:
    try:
        import resource
    except ImportError:  # Windows
        return []
    wanted = (
        ("no core dump", resource.RLIMIT_CORE, 0, 0),
        ("no file size", resource.RLIMIT_FSIZE, 0, 0),
        ("cpu time", resource.RLIMIT_CPU, cpu_seconds(size), 1),  # a signal first, then the end
    )
    return [name for name, which, most, spare in wanted if _lower(which, most, spare)]


def _lower(which: int, most: int, spare: int = 0) -> bool:
    import resource

    _, hard = resource.getrlimit(which)
    bound = most + spare if hard == resource.RLIM_INFINITY else min(most + spare, hard)
    try:
        resource.setrlimit(which, (min(most, bound), bound))
    except (ValueError, OSError):
        return False
    return True


def _without_network() -> list[str]:
    """Move into a network of this process alone, as root or else in a user namespace of its own."""
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    if os.geteuid() == 0 and unshare(_NEW_NET) == 0:
        return ["network namespace"]
    return ["network namespace"] if unshare(_NEW_USER | _NEW_NET) == 0 else []


def limit_time(size: int) -> None:
    """Allow so much more processor time than is used up, given the size of the file in bytes."""
    with contextlib.suppress(ImportError):
        import resource

        used = int(time.process_time()) + 1
        most = used + CPU_SECONDS_TO_READ + size // CPU_BYTES_PER_SECOND
        _lower(resource.RLIMIT_CPU, most, 1)


def limit_memory(size: int) -> list[str]:
    """Allow so much more address space than is in use, given the size of the file in bytes."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm", encoding="ascii") as stream:  # noqa: PTH123 # small and early
            used = int(stream.read().split()[0]) * resource.getpagesize()
        if _lower(resource.RLIMIT_AS, used + MEMORY + MEMORY_PER_BYTE * size):
            return ["address space"]
    return []


def watch() -> list[str]:
    """Refuse, from now on, what Python code does beyond reading and computing.

    This is no wall to native code, and the only one where the system has none of the others.
    """
    sys.addaudithook(_refuse)
    return ["audit hook"]


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_ACTS):
        raise PermissionError(f"{event} is not for this process")
    if event == "open":
        path, mode, flags = arguments
        written = bool(flags & _WRITING) if isinstance(flags, int) else False
        if written or (isinstance(mode, str) and set(mode) & set("wax+")):
            raise PermissionError(f"writing {str(path)[:80]!r} is not for this process")
