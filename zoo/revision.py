"""Takes the files of an index out of a revision of a git repository.

Files are read from git's store as they were committed, whatever ``.gitattributes`` says of
archives. What the user names reaches git only behind ``--end-of-options`` and as a revision; after
that everything goes by object id.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zoo.errors import UsageError

MAX_FILES = 50_000
MAX_BYTES = 256 * 2**20
TIMEOUT = 60
HINT = "write it as REV:path: HEAD~1:model-index"
SHALLOW = "this clone is shallow: fetch what is missing (actions/checkout: fetch-depth: 0)"
_FILES = (b"100644", b"100755")
_FOLDER = b"040000"


@dataclass(frozen=True, slots=True)
class _Blob:
    path: PurePosixPath
    id: bytes
    size: int


def is_revision(named: str) -> bool:
    """Return whether something is named as ``REV:path``, and not as a path."""
    return ":" in named


def extract(named: str, folder: Path, suffixes: Collection[str]) -> PurePosixPath:
    """Write the tree of a revision below a folder, and return the path of ``REV:path`` in it.

    The whole tree is written, since an index imports files that lie outside of its own folder.

    Args:
        named: a revision and a path from the root of the repository of the working folder, or
            from the working folder itself if it is ``.`` or begins with ``./``.
        suffixes: the endings of the files that are wanted; symlinks are left out.

    Raises:
        UsageError: there is no such repository, revision or path.
    """
    revision, _, written = named.partition(":")
    if not revision or revision.startswith("-"):
        raise UsageError(f"'{revision}' is no revision of git", HINT)
    tree = f"{revision}^{{tree}}"
    id_ = _git("rev-parse", "--verify", "--quiet", "--end-of-options", tree, said=named).strip()
    path = _from_root(written, named)
    blobs = [b for b in _listed(id_, named) if b.path.suffix in suffixes or b.path == path]
    if not any(path in (blob.path, *blob.path.parents) for blob in blobs):
        raise UsageError(f"git has no '{named}' here", HINT)
    if len(blobs) > MAX_FILES or sum(blob.size for blob in blobs) > MAX_BYTES:
        most = f"{MAX_FILES:,} files or {MAX_BYTES // 2**20} MiB"
        raise UsageError(f"{named} is in a tree with more than {most} of index files")
    _write(blobs, folder, named)
    return path


def top() -> Path:
    """Return the folder of the repository that the working folder is in.

    Raises:
        UsageError: it is in none.
    """
    try:
        shown = _git("rev-parse", "--show-toplevel", said="repository")
    except UsageError as error:
        reason = error.message.partition(": ")[2] or error.message
        message = f"this folder is in no git repository: {reason}"
        raise UsageError(message, "run it inside of a clone") from None
    return Path(os.fsdecode(shown).rstrip("\n"))


def fork_of(revision: str) -> str:
    """Return the commit at which HEAD has left a revision: what a branch changes, it changes since.

    Where the two have no history in common, it is the revision itself.

    Raises:
        UsageError: there is no such revision.
    """
    if not revision or revision.startswith("-"):
        raise UsageError(f"'{revision}' is no revision of git", "such as origin/main or HEAD~1")
    shallow = _git("rev-parse", "--is-shallow-repository", said=revision).strip() == b"true"
    hint = SHALLOW if shallow else "such as origin/main or HEAD~1; is it fetched?"
    commit = f"{revision}^{{commit}}"
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", commit)
    id_ = _git(*asked, said=revision, hint=hint).decode().strip()
    try:
        return _git("merge-base", id_, "HEAD", said=revision).decode().strip()
    except UsageError:
        return id_


def changed_files(commit: str) -> frozenset[PurePosixPath]:
    """Return the files that differ between a commit and the working folder, from the root.

    Files that git does not know yet, and does not ignore, are among them.
    """
    differing = _git(
        *("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules"),
        *(commit, "--"),
        said=commit,
    )
    new = _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/", said=commit)
    names = (*differing.split(b"\0"), *new.split(b"\0"))
    return frozenset(PurePosixPath(os.fsdecode(name)) for name in names if name)


def holds(commit: str, path: PurePosixPath) -> bool:
    """Return whether there is a file or folder in a commit, by its path from the root.

    A symlink is neither.
    """
    if path == PurePosixPath("."):
        return True
    listed = _git("ls-tree", "--full-tree", "-z", commit, "--", str(path), said=commit)
    return listed.startswith((*_FILES, _FOLDER))


def _from_root(written: str, named: str) -> PurePosixPath:
    """Return a path as it is from the root of the repository."""
    here = ""
    if PurePosixPath(written).parts[:1] == ("..",) or written in (".", "./") or written[:2] == "./":
        here = os.fsdecode(_git("rev-parse", "--show-prefix", said=named)).rstrip("\n")
    return PurePosixPath(posixpath.normpath(here + written))


def _listed(id_: bytes, named: str) -> Iterator[_Blob]:
    listing = _git("ls-tree", "-r", "-l", "-z", "--full-tree", id_.decode(), said=named)
    for line in listing.split(b"\0"):
        if line:
            about, _, path = line.partition(b"\t")
            mode, _, blob, size = about.split()
            if mode in _FILES:
                yield _Blob(PurePosixPath(os.fsdecode(path)), blob, int(size))


def _write(blobs: Sequence[_Blob], folder: Path, named: str) -> None:
    asked = b"".join(blob.id + b"\n" for blob in blobs)
    answer = _git("cat-file", "--batch", said=named, asked=asked)
    start = 0
    for blob in blobs:
        if blob.path.is_absolute() or ".." in blob.path.parts:
            raise UsageError(f"{named} holds a file that would lie outside of it")
        start = answer.index(b"\n", start) + 1  # behind the line '<id> blob <size>'
        target = folder / blob.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answer[start : start + blob.size])
        start += blob.size + 1


def _git(*arguments: str, said: str, asked: bytes = b"", hint: str = HINT) -> bytes:
    """Return what git prints, or raise with what it says."""
    git = shutil.which("git")
    if git is None:
        raise UsageError(f"{said} needs git, which is not installed")
    try:
        done = subprocess.run(  # noqa: S603  (a fixed program, no shell)
            [git, "--no-pager", *arguments],
            input=asked,
            capture_output=True,
            check=False,
            timeout=TIMEOUT,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot read {said}: {error}") from None
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        reason = f": {lines[-1].removeprefix('fatal: ')}" if lines else ""
        raise UsageError(f"git has no '{said}' here{reason}", hint)
    return done.stdout
