"""Shows what has changed in a file as a unified diff that ``git apply`` takes."""

from __future__ import annotations

import difflib
import re

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_END = "\n\\ No newline at end of file\n"
_PLAIN = re.compile(r"[!#-\[\]-~]+", re.ASCII)


def unified(path: str, old: bytes, new: bytes) -> str:
    """Return the diff of a file.

    Args:
        path: from the folder in which the diff is to be applied, with ``/``.
    """
    before, after = (_LINE.findall(data.decode("utf-8")) for data in (old, new))
    names = (_quoted(f"a/{path}"), _quoted(f"b/{path}"))
    lines = difflib.unified_diff(before, after, *names, lineterm="\n")
    return "".join(line if line.endswith("\n") else f"{line}{_NO_END}" for line in lines)


def _quoted(name: str) -> str:
    """Return a path as git writes it: in quotes, with octal bytes, where it is not plain."""
    if _PLAIN.fullmatch(name):
        return name
    escaped = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}"
        for byte in name.encode("utf-8", errors="surrogateescape")
    )
    return f'"{escaped}"'
