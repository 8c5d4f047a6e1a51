"""Reads the files of an index into model entries, and what is wrong with them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from zoo.claims import Location, ModelEntry
from zoo.errors import IndexFault
from zoo.index import markdown
from zoo.index.assemble import Document, assemble
from zoo.index.problems import Malformed, Problem
from zoo.index.tree import Mapping, Node, Scalar, read, size

MAX_FILE = 2**20
MARKDOWN = frozenset({".md", ".mdx"})
DATA = frozenset({".yml", ".yaml", ".json"})


@dataclass(frozen=True, slots=True)
class Index:
    """What an index says: its models in the order of their files and lines, and its problems."""

    entries: tuple[ModelEntry, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that must be mended before the index can be used."""
        return tuple(problem for problem in self.problems if problem.level == "error")


def read_index(*paths: Path) -> Index:
    """Read index files, and all index files below folders, in the order of their names.

    Raises:
        IndexFault: a path is not there or not readable, or a folder holds no index file.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    shown: dict[str, None] = {}
    for path in paths:
        files = _files(path)
        root = str(path if path.is_dir() else path.parent)
        for file in files:
            if display(file) in shown:
                continue  # a folder and a file in it were named
            shown[display(file)] = None
            bodies, found = _read_file(file, named=file == path)
            documents += [Document(body, root) for body in bodies]
            problems += found
    models, found = assemble(documents)
    in_order = sorted(problems + found, key=lambda problem: (problem.location, problem.message))
    return Index(tuple(models), tuple(in_order), tuple(shown))


def display(path: Path) -> str:
    """Return a path as people are shown it: relative to the working folder where it is below."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  (resolve() would follow symlinks)
    here = Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def _files(path: Path) -> list[Path]:
    hint = "give the path of an index with --index"
    try:
        if path.is_file():
            return [path]
        if not path.is_dir():
            what = "is neither a file nor a folder" if path.exists() else "is not there"
            raise IndexFault(f"{path} {what}", hint)
        files = sorted(_below(path))
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
            inside = Path(os.path.realpath(file)).is_relative_to(real)
            if file.suffix in MARKDOWN | DATA and inside:
                yield file


def _give_up(error: OSError) -> None:
    raise error


def _read_file(file: Path, *, named: bool) -> tuple[list[Mapping], list[Problem]]:
    shown = display(file)
    documents: list[Mapping] = []
    problems: list[Problem] = []
    spent = 0
    try:
        for block in _blocks(file, shown):
            try:
                tree = read(block.text, shown, block.first_line, spent)
            except Malformed as fault:
                problems.append(fault.problem)
                continue
            spent += 0 if tree is None else size(tree)
            if _is_index(tree):
                documents.append(tree)  # type: ignore[arg-type]  # _is_index saw a Mapping
            elif file.suffix in MARKDOWN or not named:
                problems.append(_not_an_index(shown, block.first_line, "warning"))
    except Malformed as fault:
        problems.append(fault.problem)
    if named and not documents and not problems:
        problems.append(_not_an_index(shown, 1, "error"))
    return documents, problems


def _blocks(file: Path, shown: str) -> Iterable[markdown.Block]:
    text = _text(file, shown)
    return markdown.blocks(text, shown) if file.suffix in MARKDOWN else [markdown.Block(text, 1)]


def _text(file: Path, shown: str) -> str:
    """Return the text of a regular UTF-8 file within the size cap, its lines ended by ``\\n``.

    Raises:
        Malformed: it is not such a file.
    """
    start = Location(shown, 1, 1)
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Malformed("unreadable", "this is not a regular file", start)
            data = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise Malformed("unreadable", f"cannot be read: {error.strerror}", start) from None
    if len(data) > MAX_FILE:
        raise Malformed("too-large", "the file is larger than 1 MiB", start)
    if b"\0" in data:
        raise Malformed("encoding", "this is a binary file, not text", start)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        place = Location(shown, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise Malformed("encoding", "this byte is not UTF-8", place, "save it as UTF-8") from None


def _is_index(tree: Node | None) -> bool:
    if not isinstance(tree, Mapping):
        return False
    kind = tree.get("Type")
    declared = isinstance(kind, Scalar) and kind.text.casefold() == "model-index"
    return declared or not tree.entries.keys().isdisjoint({"models", "collections", "import"})


def _not_an_index(path: str, line: int, level: str) -> Problem:
    message = "no model index is written here"
    hint = "a model index says 'Type: model-index' and lists 'Models'"
    return Problem("not-an-index", level, None, message, hint, Location(path, line, 1))
