"""Finds the weights file that an entry names, on this machine or by fetching it, and hashes it."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from zoo.claims import Digest, ModelEntry, file_name
from zoo.errors import Refused, Skipped, Unavailable
from zoo.run import WeightsFile
from zoo.weights.fetch import Download, Policy, download
from zoo.weights.store import Store, sha256

Progress = Callable[[str, int, int | None], None]

_PACKAGE = re.compile(r"package://([A-Za-z_][A-Za-z0-9_]*)/(.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Access:
    """How weights may be obtained.

    Attributes:
        cache: folder of the store.
        offline: use only what is on this machine.
        progress: told what is being read, how many bytes are done, and of how many.
    """

    cache: Path
    offline: bool = False
    policy: Policy = field(default_factory=Policy)
    progress: Progress = lambda what, done, total: None


def obtain(entry: ModelEntry, access: Access) -> WeightsFile:
    """Return the weights file of an entry with its SHA-256, size and assurance.

    Raises:
        Skipped: the page names no weights.
        Refused: the URL is of a kind, or leads to a place, that is not read.
        Unavailable: the file is not there, or cannot be reached.
    """
    if entry.weights is None:
        raise Skipped("the page names no weights file", "add 'Weights' to the model")
    url = entry.weights.text
    claimed = [c.value for c in entry.claims if isinstance(c.value, Digest)]
    match url.partition(":")[0].lower() if ":" in url else "":
        case "https" | "http":
            path, digest, size = _from_network(url, claimed, access)
        case "file":
            path, digest, size = _local(_in_index(entry, url), access)
        case "package":
            path, digest, size = _local(in_package(url), access)
        case _:
            raise Refused(
                f"weights are not read from {url}",
                "write https://…, file:… (inside the index) or package://import_name/path",
            )
    return _assess(path, url, digest, size, claimed)


def _assess(path: Path, url: str, digest: Digest, size: int, claimed: list[Digest]) -> WeightsFile:
    if wrong := next((each for each in claimed if not each.matches(digest)), None):
        mismatch = f"the file is {digest}, not {wrong}"
        return WeightsFile(path, url, digest, size, "unpinned", mismatch)
    known = "sha256" if any(each.whole for each in claimed) else "prefix" if claimed else "unpinned"
    return WeightsFile(path, url, digest, size, known)


def _from_network(url: str, claimed: list[Digest], access: Access) -> tuple[Path, Digest, int]:
    """Return the file that was fetched before if it is the claimed one, else fetch it."""
    store, name = Store(access.cache), file_name(url)
    stored = store.find(url)
    if stored and all(each.matches(stored[1]) for each in claimed):
        return stored
    if access.offline:
        state = f"is another file in the cache ({stored[1]})" if stored else "is not in the cache"
        hint = "run 'zoo fetch' once with the network"
        raise Unavailable(f"{name} {state}, and --offline was asked for", hint)
    with download(url, access.policy) as body:
        return store.add(url, _counted(name, body, access.progress))


def _counted(name: str, body: Download, progress: Progress) -> Iterator[bytes]:
    done = 0
    for chunk in body.chunks:
        done += len(chunk)
        progress(name, done, body.size)
        yield chunk


def _local(path: Path, access: Access) -> tuple[Path, Digest, int]:
    try:
        total = path.stat().st_size
        with path.open("rb") as stream:
            digest, size = sha256(stream, lambda done: access.progress(path.name, done, total))
    except OSError as error:
        raise Unavailable(f"cannot read {path}: {error.strerror or error}") from None
    return path, digest, size


def _in_index(entry: ModelEntry, url: str) -> Path:
    """Return the file beside the entry's page, or else below the root of the index."""
    root, reference = Path(entry.root), url[len("file:") :]
    page = Path(entry.location.path).parent
    within = page.resolve().is_relative_to(root.resolve())
    beside = within and _is_file(page / unquote(reference))
    return _below(page if beside else root, reference, url, root)


def _below(folder: Path, reference: str, url: str, root: Path) -> Path:
    """Return the regular file that lies below a folder, or raise where it leads out of a root."""
    relative = PurePosixPath(unquote(reference))
    absent = Unavailable(f"there is no file {folder / relative}", "correct the path in the index")
    try:
        path = (folder / relative).resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle, or a NUL
        raise absent from None
    if relative.is_absolute() or not path.is_relative_to(root.resolve()):
        raise Refused(f"{url} leads out of {root}", "files are read only below that folder")
    if not _is_file(path):
        raise absent
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long for a name, or with a NUL
        return False


def in_package(url: str) -> Path:
    """Return the file that an installed Python package ships, without importing the package.

    Args:
        url: ``package://import_name/path/below/the/package``.

    Raises:
        Refused: the URL is malformed, or leads out of the package.
        Unavailable: the package, or the file, is not installed.
    """
    match = _PACKAGE.fullmatch(url)
    if match is None:
        raise Refused(f"{url} is not of the form package://import_name/path")
    name, reference = match.groups()
    try:
        spec = importlib.util.find_spec(name)  # looks a top-level package up without importing it
    except ValueError:  # a module that was made in memory, such as __main__
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            f"the package {name} is not installed",
            f"install the distribution that provides it, such as: pip install "
            f"{name.replace('_', '-')}",
        )
    folder = Path(next(iter(spec.submodule_search_locations)))
    return _below(folder, reference, url, folder)
