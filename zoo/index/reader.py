"""Reads the files of an index into model entries, and what is wrong with them."""

from __future__ import annotations

import gc
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoo.claims import Location, ModelEntry
from zoo.errors import IndexFault
from zoo.index import ignores, lint
from zoo.index.assemble import assemble
from zoo.index.files import DATA, MARKDOWN, MAX_FILE, Page, display, is_index, read_page
from zoo.index.imports import Document, documents, targets
from zoo.index.pages import Pages
from zoo.index.problems import Problem
from zoo.index.rules import RULES
from zoo.index.tree import Node

__all__ = ["MAX_FILE", "ROOTS", "Index", "display", "read_index"]

# A folder that holds one of these is read from it and from what it imports.
ROOTS = ("model-index.yml", "model-index.yaml", "model-index.json")


@dataclass(frozen=True, slots=True)
class Index:
    """What an index says: its models in the order of their files and lines, and its problems.

    Attributes:
        problems: what is wrong, less what a comment in the index silences.
        files: the files that were read, as people are shown them.
        ignored: the rules that comments silence, by path and line.
    """

    entries: tuple[ModelEntry, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    ignored: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that must be mended before the index can be used."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def silenced(self, problem: Problem) -> bool:
        """Whether ``# zoo: ignore[rule]`` stands on the line of a problem.

        An error of the reader is never silenced: something could not be read for it.
        """
        unread = problem.level == "error" and problem.rule in RULES
        place = (problem.location.path, problem.location.line)
        return not unread and problem.rule in self.ignored.get(place, ())


class _Shelf:
    """The pages that have been read, by their paths; the state is those, in their order."""

    def __init__(self, instead: Mapping[str, bytes]) -> None:
        self.pages: dict[str, Page] = {}
        self.instead = instead

    def read(self, file: Path) -> Page:
        """Return the page of a file, which is read once."""
        key = os.path.abspath(file)  # noqa: PTH100  (resolve() would follow symlinks)
        if key not in self.pages:
            self.pages[key] = read_page(file, self.instead.get(key))
        return self.pages[key]


def read_index(
    *paths: Path,
    known_rules: Collection[str] | None = None,
    instead: Mapping[str, bytes] | None = None,
) -> Index:
    """Read index files and folders, in the order of their names, with all that they import.

    Args:
        paths: files, and folders: a folder with a ``model-index.yml`` (or .yaml, .json) is read
            from that file, any other from every index file below it.
        known_rules: the ids of all rules that a comment may silence; without them no name in
            such a comment is called unknown.
        instead: what files are to be taken for, by absolute path, as before they are written.

    Raises:
        IndexFault: a path is not there or not readable, or a folder holds no index file.
    """
    with _uncollected():
        return _read(paths, known_rules, instead or {})


def _read(
    paths: tuple[Path, ...], known_rules: Collection[str] | None, instead: Mapping[str, bytes]
) -> Index:
    shelf = _Shelf(instead)
    read: list[Document] = []
    problems: list[Problem] = []
    done: set[str] = set()
    for path in paths:
        files = _files(path)
        pages = Pages(_root(path), shelf.read, done)
        for page in _starts([shelf.read(file) for file in files], pages):
            read += documents(page, pages)
            problems += _prose(page, named=page.path == path)
        problems += pages.problems
    models, found = assemble(read)
    problems += found
    for page in shelf.pages.values():
        problems += _told(page, named=page.path in paths)
        problems += ignores.faults(page.shown, page.ignored, known_rules)
    for document in read:
        problems += lint.problems(document.body)
    return _index(models, problems, shelf.pages.values())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of circular garbage away from trees, in which there is none.

    It would go over all of them again and again, which takes longer the more there are.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _index(models: list[ModelEntry], problems: list[Problem], pages: Collection[Page]) -> Index:
    unique = {(problem.location, problem.rule, problem.message): problem for problem in problems}
    in_order = sorted(unique.values(), key=lambda problem: (problem.location, problem.message))
    ignored = {
        (page.shown, line): comment.rules
        for page in pages
        for line, comment in page.ignored.items()
    }
    read = tuple(page.shown for page in pages if not page.aside)
    index = Index(tuple(models), tuple(in_order), read, ignored)
    heard = (problem for problem in in_order if not index.silenced(problem))
    return replace(index, problems=tuple(heard))


def _starts(found: list[Page], pages: Pages) -> Iterator[Page]:
    """Yield the pages at which reading starts: those that no other imports, then the rest.

    What is left at the end are files that import each other in a circle.
    """
    single = len(found) == 1
    imported = set() if single else {real for page in found for real in targets(page, pages)}
    real = {page.path: os.path.realpath(page.path) for page in found}
    free = [page for page in found if real[page.path] not in imported]
    for page in (*free, *(page for page in found if real[page.path] in imported)):
        if real[page.path] not in pages.done:
            yield page


def _root(path: Path) -> Path:
    """Return the folder to which the imports of an index are confined.

    It is the nearest folder, from the named one or that of the named file upwards to the top of
    the repository, that holds a ``model-index.yml``, for to that its paths are relative; else the
    first of them.
    """
    start = path if path.is_dir() else path.parent
    here = Path(os.path.abspath(start))  # noqa: PTH100  (resolve() would follow symlinks)
    for folder in (here, *here.parents):
        if any((folder / name).is_file() for name in ROOTS):
            return start if folder == here else Path(os.path.relpath(folder))
        if (folder / ".git").exists():
            break
    return start


def _files(path: Path) -> list[Path]:
    hint = "give the path of an index with --index"
    try:
        if path.is_file():
            return [path]
        if not path.is_dir():
            what = "is neither a file nor a folder" if path.exists() else "is not there"
            raise IndexFault(f"{path} {what}", hint)
        named = [path / name for name in ROOTS if (path / name).is_file()]
        files = named or sorted(_below(path))
    except OSError as error:
        raise IndexFault(f"{error.filename} cannot be read: {error.strerror}", hint) from None
    if not files:
        endings = "no file that ends in .md, .mdx, .yml, .yaml or .json"
        raise IndexFault(f"no index in {path}: it holds {endings}", hint)
    return files


def _below(root: Path) -> Iterator[Path]:
    """Yield the index files below a folder; what a symlink leads out of it does not count."""
    real = os.path.realpath(root)  # resolve() raises at a loop of symlinks
    for folder, folders, names in os.walk(root, onerror=_give_up):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(folder, name)
            if file.suffix not in MARKDOWN | DATA or name.startswith("."):
                continue
            if not file.is_symlink() or Path(os.path.realpath(file)).is_relative_to(real):
                yield file


def _give_up(error: OSError) -> None:
    raise error


def _told(page: Page, *, named: bool) -> list[Problem]:
    """Return a page's problems; in a file that was named, what is not read is an error."""
    return [
        replace(problem, level="error") if named and problem.rule == "not-an-index" else problem
        for problem in page.problems
    ]


def _prose(page: Page, *, named: bool) -> list[Problem]:
    """Return what to say of a page's documents that are no index."""
    others = [(line, tree) for line, tree in page.trees if not is_index(tree)]
    if named and len(others) == len(page.trees) and not page.problems:
        return [_not_an_index(page.shown, *(others or [(1, None)])[0], "error")]
    if named and not page.prose:
        return []
    return [_not_an_index(page.shown, line, tree, "warning") for line, tree in others]


def _not_an_index(path: str, line: int, tree: Node | None, level: str) -> Problem:
    message = "no model index is written here"
    hint = "a model index says 'Type: model-index' and lists 'Models'"
    place = Location(path, line, 1)
    if (slip := lint.unrecognised(tree)) is not None:
        key, meant = slip
        message, hint, place = f"{message}: '{key.name}'", f"did you mean {meant}?", key.location
    return Problem("not-an-index", level, None, message, hint, place)
