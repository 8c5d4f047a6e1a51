"""What a partial file is a part of, as it is recorded beside it."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a partial file is a part of.

    Attributes:
        etag: the strong entity tag of the whole file, or empty.
        length: its size in bytes, or None where the server did not say it.
        boot: the start of the machine in which it was written: what a process leaves when it is
            killed is on disk, what a power cut leaves need not be.
        flushed: so many bytes are on disk for certain.
        digest: the SHA-256 of these, as digits.
        writer: the process that wrote it.
    """

    url: str
    etag: str
    length: int | None
    boot: str = ""
    flushed: int = 0
    digest: str = ""
    writer: int = 0


def key(url: str) -> str:
    """Return the name under which things of a URL are kept."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def trusted(folder: Path, url: str) -> tuple[Origin | None, int]:
    """Return what a folder holds a part of, and how many of its bytes are sure to be on disk."""
    try:
        origin = Origin(**json.loads((folder / "record").read_bytes()))
        size = (folder / "data").stat().st_size
        if origin.url != url or not origin.etag or not isinstance(origin.etag, str):
            return None, 0
        same = bool(origin.boot) and origin.boot == _boot()
        trusted = size if same else min(size, int(origin.flushed))
        return origin, trusted if origin.length is None else min(trusted, int(origin.length))
    except (OSError, ValueError, TypeError, OverflowError, RecursionError):
        return None, 0


def recorded(folder: Path) -> tuple[str, ...]:
    """Return the URL that a folder holds a part of, if it says so."""
    try:
        return (str(json.loads((folder / "record").read_bytes())["url"]),)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ()


def written_now(folder: Path) -> bool:
    """Return whether the process that wrote into a folder may still be there.

    One on another machine, which shares the cache, is taken for dead: it begins anew if what it
    wrote is gone. Another process may have got the number of a dead one.
    """
    try:
        record = json.loads((folder / "record").read_bytes())
        if record["boot"] != _boot():
            return False
        os.kill(int(record["writer"]), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return (folder / "data").exists()  # which comes after the record
    return True


def record(folder: Path, origin: Origin) -> None:
    """Record beside a partial file what it is a part of.

    Raises:
        OSError: the folder cannot be written to.
    """
    fresh = folder / "record.new"
    fresh.write_text(json.dumps(asdict(origin)), encoding="utf-8")
    fresh.replace(folder / "record")


def marked(origin: Origin, flushed: int, digest: str) -> Origin:
    """Return an origin as of a file that this process writes now."""
    writer = os.getpid()
    return replace(origin, boot=_boot(), flushed=flushed, digest=digest, writer=writer)


def _boot() -> str:
    try:
        return _BOOT.read_bytes().decode("ascii").strip()
    except OSError:
        return ""
