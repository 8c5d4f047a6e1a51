"""Reads the files of an index into model entries, and what is wrong with them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from zoo.claims import Location, ModelEntry
from zoo.errors import IndexFault, nearest
from zoo.index import entries, markdown, schema
from zoo.index.problems import Malformed, Problem
from zoo.index.tree import Mapping, Node, Scalar, Sequence, read

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


@dataclass(frozen=True, slots=True)
class _Document:
    """A well-formed document with the root of the index that it belongs to."""

    body: Mapping
    root: str


def read_index(*paths: Path) -> Index:
    """Read index files, and all index files below folders, in the order of their names.

    Raises:
        IndexFault: a path is not there, or a folder holds no index file.
    """
    documents: list[_Document] = []
    problems: list[Problem] = []
    shown: list[str] = []
    for path in paths:
        root = str(path if path.is_dir() else path.parent)
        for file in _files(path):
            shown.append(display(file))
            bodies, found = _read_file(file, named=file == path)
            documents += [_Document(body, root) for body in bodies]
            problems += found
    models, found = _assemble(documents)
    in_order = sorted(problems + found, key=lambda problem: (problem.location, problem.message))
    return Index(tuple(models), tuple(in_order), tuple(shown))


def display(path: Path) -> str:
    """Return a path as people are shown it: relative to the working folder where it is below."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  (resolve() would follow symlinks)
    here = Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        what = "is neither a file nor a folder" if path.exists() else "is not there"
        raise IndexFault(f"{path} {what}", "give the path of an index with --index")
    files = sorted(_below(path))
    if not files:
        raise IndexFault(
            f"no index in {path}: it holds no file that ends in .md, .mdx, .yml, .yaml or .json",
            "give the path of an index with --index",
        )
    return files


def _below(root: Path) -> Iterator[Path]:
    """Yield the index files below a folder; what a symlink leads out of it does not count."""
    real = root.resolve()
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(folder, name)
            if file.suffix in MARKDOWN | DATA and file.resolve().is_relative_to(real):
                yield file


def _read_file(file: Path, *, named: bool) -> tuple[list[Mapping], list[Problem]]:
    shown = display(file)
    documents: list[Mapping] = []
    problems: list[Problem] = []
    try:
        for block in _blocks(file, shown):
            try:
                tree = read(block.text, shown, block.first_line)
            except Malformed as fault:
                problems.append(fault.problem)
                continue
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
    """Return the text of a regular UTF-8 file within the size cap, or raise Malformed."""
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
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Location(shown, before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
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


def _assemble(documents: list[_Document]) -> tuple[list[ModelEntry], list[Problem]]:
    problems: list[Problem] = []
    collections: dict[str, Mapping | None] = {}
    models: list[tuple[Mapping, str]] = []
    for document in documents:
        spoiled: set[schema.Part] = set()
        for part, problem in schema.problems(document.body):
            spoiled.add(part)
            problems.append(problem)
        problems += _imports(document.body)
        for number, collection in _parts(document.body, "Collections"):
            broken = ("Collections", number) in spoiled
            name = collection.get("Name")
            if isinstance(name, Scalar):
                collections[name.text] = None if broken else collection
        for number, model in _parts(document.body, "Models"):
            if ("Models", number) not in spoiled:
                models.append((model, document.root))
    built, found = _build(models, collections)
    return built, problems + found


def _parts(document: Mapping, kind: str) -> Iterator[tuple[int, Mapping]]:
    listed = document.get(kind)
    for number, part in enumerate(listed.items if isinstance(listed, Sequence) else ()):
        if isinstance(part, Mapping):
            yield number, part


def _imports(document: Mapping) -> list[Problem]:
    entry = document.entries.get("import")
    if entry is None:
        return []
    message = "'Import' is not read by this version"
    hint = "zoo reads every index file below the folder that --index names"
    return [Problem("import", "error", None, message, hint, entry.location)]


def _build(
    models: list[tuple[Mapping, str]], collections: dict[str, Mapping | None]
) -> tuple[list[ModelEntry], list[Problem]]:
    built: dict[str, ModelEntry] = {}
    problems: list[Problem] = []
    for model, root in models:
        of = model.get("In Collection")
        name = of.text if isinstance(of, Scalar) and not of.null else None
        if name is not None and name not in collections:
            problems.append(_unknown_collection(model, of, name, collections))
            continue
        collection = collections[name] if name is not None else Mapping({}, model.location)
        if collection is None:
            continue  # the collection's own problem is reported at its place
        entry = entries.entry(entries.inherit(model, collection), root)
        if entry.name in built:
            problems.append(_duplicate(entry, built[entry.name]))
        else:
            built[entry.name] = entry
    return list(built.values()), problems


def _unknown_collection(
    model: Mapping, of: Node | None, name: str, known: Iterable[str]
) -> Problem:
    written = model.get("Name")
    who = written.text if isinstance(written, Scalar) else None
    place = model.location if of is None else of.location
    message = f"In Collection: there is no collection '{name}'"
    return Problem("unknown-collection", "error", who, message, nearest(name, known), place)


def _duplicate(entry: ModelEntry, first: ModelEntry) -> Problem:
    message = f"the model '{entry.name}' is already listed at {first.location}"
    hint = "give one of the two another name"
    return Problem("duplicate-model", "error", entry.name, message, hint, entry.location)
