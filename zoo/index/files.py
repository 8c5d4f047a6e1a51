"""Reads one file of an index: its text within the limits, and the documents in it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from zoo.claims import Location
from zoo.index import cards, compose, ignores, markdown
from zoo.index.problems import Malformed, Problem
from zoo.index.slips import near
from zoo.index.tree import Mapping, Node, Scalar, size

_MEANT = re.compile(r"model[-_ ]?index", re.IGNORECASE)
_TYPE = re.compile(r"^[ \t]*type[ \t]*:[ \t]*['\"]?([-\w ]{1,20})", re.IGNORECASE | re.MULTILINE)
MAX_FILE = 2**20
MARKDOWN = frozenset({".md", ".mdx"})
DATA = frozenset({".yml", ".yaml", ".json"})
# What a file says that lies beside an index and is none: the baseline of its failures.
BASELINE = "zoo-baseline"
_BASELINE = re.compile(rf"(?:#.*\n|[ \t]*\n)*Type:[ \t]*{BASELINE}[ \t]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Page:
    """A file as it was read.

    Attributes:
        path: where it is.
        shown: the path as people are shown it.
        trees: what its documents hold, each with the line on which it begins.
        problems: what kept a part of it from being read.
        ignored: the rules that its comments silence, by line.
        bytes: its size.
        aside: whether it says that it belongs to the index and holds no models.
    """

    path: Path
    shown: str
    trees: tuple[tuple[int, Node | None], ...] = ()
    problems: tuple[Problem, ...] = ()
    ignored: ignores.Ignores = field(default_factory=dict)
    bytes: int = 0
    aside: bool = False

    @property
    def prose(self) -> bool:
        """Whether the file is a Markdown page, of which most hold no index."""
        return self.path.suffix in MARKDOWN


def display(path: Path) -> str:
    """Return a path as people are shown it: relative to the working folder where it is below."""
    absolute = os.path.abspath(path)  # noqa: PTH100  (resolve() would follow symlinks)
    here = os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118  (called for each file)
    return absolute.removeprefix(here)


def read_page(file: Path, data: bytes | None = None) -> Page:
    """Return what a file holds; what is wrong with it is among its problems.

    Args:
        data: what it would hold; what it does, if None.
    """
    shown = display(file)
    try:
        data = read_bytes(file, shown) if data is None else data
        text = decoded(data, shown)
        if file.suffix in DATA and _BASELINE.match(text):
            return Page(file, shown, bytes=len(data), aside=True)
    except Malformed as fault:
        return Page(file, shown, problems=(fault.problem,))
    blocks, problems = _blocks(file, text, shown)
    read = [block for block in blocks if not block.unread]
    problems += [_unread(block, shown) for block in blocks if block.unread]
    trees = tuple(_trees(read, file, shown, problems))
    ignored: dict[int, ignores.Ignore] = {}
    for block in read:
        ignored |= ignores.find(block.text, block.first_line)
    return Page(file, shown, trees, tuple(problems), ignored, len(data))


def is_index(tree: Node | None) -> bool:
    """Whether a tree is a model-index document, well-formed or not."""
    if not isinstance(tree, Mapping):
        return False
    kind = tree.get("Type")
    declared = isinstance(kind, Scalar) and kind.text.casefold() in {"model-index", "modelindex"}
    return declared or not tree.entries.keys().isdisjoint({"models", "collections", "import"})


def _trees(
    blocks: list[markdown.Block], file: Path, shown: str, problems: list[Problem]
) -> Iterator[tuple[int, Node | None]]:
    """Yield what each document holds; what keeps one from being read is among the problems."""
    language = "JSON" if file.suffix == ".json" else "YAML"
    spent = 0
    for block in blocks:
        try:
            tree = compose.read(block.text, shown, block.first_line, spent, language)
            if language == "JSON":
                compose.require_json(block.text, shown)
        except Malformed as fault:
            problems.append(fault.problem)
            continue
        spent += 0 if tree is None or len(blocks) == 1 else size(tree)
        yield block.first_line, cards.as_index(tree, problems)


def _unread(block: markdown.Block, shown: str) -> Problem:
    message = f"this comment looks like a model index and is not read: {block.unread}"
    said = [text.casefold() for text in _TYPE.findall(block.text)]
    meant = _MEANT.search(block.text) or any(near(text, "model-index") for text in said)
    level = "error" if meant else "warning"
    hint = "write it as the first line of the comment, at the beginning of the line"
    return Problem("not-an-index", level, None, message, hint, Location(shown, block.first_line, 1))


def _blocks(file: Path, text: str, shown: str) -> tuple[list[markdown.Block], list[Problem]]:
    """Return the documents of a file up to the first fault in its Markdown, and that fault."""
    if file.suffix not in MARKDOWN:
        return [markdown.Block(text, 1)], []
    found: list[markdown.Block] = []
    try:
        for block in markdown.blocks(text, shown):
            found.append(block)  # those before a fault are kept
    except Malformed as fault:
        return found, [fault.problem]
    return found, []


def read_bytes(file: Path, shown: str, most: int = MAX_FILE) -> bytes:
    """Return what a regular file within the size cap holds.

    Raises:
        Malformed: it is not such a file.
    """
    start = Location(shown, 1, 1)
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Malformed("unreadable", "this is not a regular file", start)
            data = stream.read(most + 1)
    except OSError as error:
        raise Malformed("unreadable", f"cannot be read: {error.strerror}", start) from None
    if len(data) > most:
        raise Malformed("too-large", f"the file is larger than {most // 2**20} MiB", start)
    return data


def decoded(data: bytes, shown: str) -> str:
    """Return UTF-8 text, lines ended by ``\\n``.

    Raises:
        Malformed: it is not that.
    """
    if b"\0" in data:
        start = Location(shown, 1, 1)
        raise Malformed("encoding", "this is a binary file, not text", start)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        place = Location(shown, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise Malformed("encoding", "this byte is not UTF-8", place, "save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
