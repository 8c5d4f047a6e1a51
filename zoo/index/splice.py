"""Puts files in the place of the fields that name them: Metadata, Results, Library; finds READMEs.

What a file holds keeps its own place. Where it cannot be had, the problem is noted at the field,
and the field is left as the text that it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from zoo.index import paths
from zoo.index.files import DATA, MARKDOWN, Page
from zoo.index.pages import Pages, Stack
from zoo.index.problems import Malformed
from zoo.index.tree import Mapping, Node, Scalar, Sequence, mappings, size, text_of, texts

MAX_SPLICED = 500_000  # values that files imported as fields put in their models' places

PARTS = ("models", "collections")
_FIELDS = ("metadata", "results")


def named_files(body: Mapping) -> Iterator[Scalar]:
    """Yield the paths that stand in place of fields anywhere in a document."""
    yield from _library_file(body.get("Library"))
    for key in PARTS:
        value = body.get(key)
        for _, part in [(0, value)] if isinstance(value, Mapping) else mappings(value):
            for field in _FIELDS:
                yield from texts(part.get(field))


class Splicer:
    """Splices the files of one page's documents.

    Args:
        pages: the files of the index.
        file: the file whose fields name others.
        stack: the files by whose imports it was reached.
    """

    def __init__(self, pages: Pages, file: Path, stack: Stack) -> None:
        self.pages = pages
        self.file = file
        self.stack = stack

    def document(self, body: Mapping) -> Mapping:
        """Return a document with its parts as lists and the files in place of their fields."""
        changed: dict[str, Node] = {}
        library = body.get("Library")
        for written in _library_file(library):
            self._try("library", written, changed)
        self._find_readme(changed.get("library", library))
        for key in PARTS:
            value = body.get(key)
            listed = Sequence((value,), value.mark) if isinstance(value, Mapping) else value
            if isinstance(listed, Sequence):
                listed = self._parts(listed)
                if listed is not value:
                    changed[key] = listed
        return body.replaced(changed) if changed else body

    def _parts(self, listed: Sequence) -> Sequence:
        items = list(listed.items)
        for number, part in mappings(listed):
            items[number] = self._part(part)
        same = all(new is old for new, old in zip(items, listed.items, strict=True))
        return listed if same else Sequence(tuple(items), listed.mark)

    def _part(self, part: Mapping) -> Mapping:
        changed: dict[str, Node] = {}
        if (written := text_of(part.get("Metadata"))) is not None:
            self._try("metadata", written, changed)
        results = part.get("Results")
        if isinstance(results, Mapping):
            changed["results"] = Sequence((results,), results.mark)
        elif texts(results):
            assert results is not None
            self._try("results", results, changed)
        self._find_readme(part)
        return part.replaced(changed) if changed else part

    def _try(self, key: str, value: Node, changed: dict[str, Node]) -> None:
        try:
            if key == "results":
                changed[key] = Sequence(tuple(self._results(value)), value.mark)
            elif isinstance(value, Scalar):
                changed[key] = self._one(key, value)
        except Malformed as fault:
            self.pages.problems.append(fault.problem)

    def _one(self, key: str, written: Scalar) -> Node:
        found = list(self.pages.imported(written, self.file, self.stack))
        if len(found) > 1:
            raise Malformed("import-limit", "more than one file for one field", written.location)
        return self._content(found[0], written, key)

    def _results(self, value: Node) -> Iterator[Node]:
        for item in value.items if isinstance(value, Sequence) else (value,):
            written = text_of(item)
            if written is None:
                yield item
                continue
            for page in self.pages.imported(written, self.file, self.stack):
                content = self._content(page, written, "results")
                yield from content.items if isinstance(content, Sequence) else (content,)

    def _content(self, page: Page, written: Scalar, key: str) -> Node:
        """Return the one tree of a file, or what it holds under the name of the field."""
        self.pages.done.add(os.path.realpath(page.path))
        trees = [tree for _, tree in page.trees if tree is not None]
        if len(trees) != 1 or isinstance(trees[0], Scalar):
            raise Malformed("not-an-index", f"that file does not hold {key}", written.location)
        self.pages.spliced += size(trees[0])
        if self.pages.spliced > MAX_SPLICED:
            message = f"files imported as fields hold more than {MAX_SPLICED:,} values"
            raise Malformed("import-limit", message, written.location)
        inner = trees[0].get(key) if isinstance(trees[0], Mapping) else None
        return trees[0] if inner is None else inner

    def _find_readme(self, part: Node | None) -> None:
        """Note a problem where a README is named that is not there; it may be a text, too."""
        written = text_of(part.get("README")) if isinstance(part, Mapping) else None
        if written is None or not _is_path(written.text):
            return
        try:
            if not paths.is_file(written, self.file, self.pages.root):
                message = "README: there is no such file, from this folder or from the index's"
                raise Malformed("readme-missing", message, written.location)
        except Malformed as fault:
            self.pages.problems.append(fault.problem)


def _library_file(value: Node | None) -> Iterator[Scalar]:
    written = text_of(value)
    if written is not None and Path(written.text).suffix in DATA:
        yield written


def _is_path(text: str) -> bool:
    """Whether a README is the path of one, and not its text."""
    web = text.startswith(("https://", "http://"))
    return len(text) < 256 and "\n" not in text and Path(text).suffix in MARKDOWN and not web
