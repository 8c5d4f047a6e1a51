"""Follows the imports of an index: every file once, in its place, and none outside the root.

By the semantics of paperswithcode/model-index, whose tool is the reference: ``Import`` lists
files, and a text among ``Models`` or ``Collections`` is a file, too. A file that is imported may
be an index, a list of models, or one model; each value keeps the place where it is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from zoo.index import paths
from zoo.index.files import Page, is_index
from zoo.index.pages import Pages, Stack
from zoo.index.problems import Malformed
from zoo.index.splice import PARTS, Splicer, named_files
from zoo.index.tree import Entry, Mapping, Node, Scalar, Sequence, text_of, texts


@dataclass(frozen=True, slots=True)
class Document:
    """A well-formed document with the root and the library of the index that it belongs to."""

    body: Mapping
    root: str
    library: str = ""


def targets(page: Page, pages: Pages) -> Iterator[str]:
    """Yield the real path of every file that a page imports, as far as they can be had."""
    for _, tree in page.trees:
        if not isinstance(tree, Mapping):
            continue
        for written in (*_listed(tree), *named_files(tree)):
            try:
                yield from map(os.path.realpath, paths.resolve(written, page.path, pages.root))
            except Malformed:
                continue  # it is said where the import is followed


def documents(page: Page, pages: Pages) -> Iterator[Document]:
    """Yield the documents of a page, each before those that it imports."""
    bodies = [tree for _, tree in page.trees if isinstance(tree, Mapping) and is_index(tree)]
    real = os.path.realpath(page.path)
    pages.done.add(real)
    yield from _follow(page, bodies, pages, (real,), "")


def _follow(
    page: Page, bodies: list[Mapping], pages: Pages, stack: Stack, library: str
) -> Iterator[Document]:
    """Yield a page's documents; one library that it names holds for all of them."""
    splicer = Splicer(pages, page.path, stack)
    spliced = [splicer.document(body) for body in bodies]
    library = next(filter(None, map(_library, spliced)), library)
    for body in spliced:
        own = _library(body) or library
        yield Document(body, str(pages.root), own)
        for written in _listed(body):
            try:
                yield from _import(written, page, pages, stack, own)
            except Malformed as fault:
                pages.problems.append(fault.problem)


def _import(
    written: Scalar, page: Page, pages: Pages, stack: Stack, library: str
) -> Iterator[Document]:
    for found in pages.imported(written, page.path, stack):
        real = os.path.realpath(found.path)
        if real in pages.done:
            continue  # the same file twice is read once
        pages.done.add(real)
        bodies = [body for _, tree in found.trees if (body := _as_document(tree)) is not None]
        passed_over = (found.prose or found.aside) and paths.is_wild(written)
        if not (bodies or found.problems or passed_over):
            message = "no model index is written in that file"
            raise Malformed("not-an-index", message, written.location)
        yield from _follow(found, bodies, pages, (*stack, real), library)


def _listed(body: Mapping) -> list[Scalar]:
    """Return the paths of the files whose documents a document imports."""
    return [text for key in ("import", *PARTS) for text in texts(body.get(key))]


def _as_document(tree: Node | None) -> Mapping | None:
    """Return the document in an imported file: an index, a list of models, or one model."""
    if isinstance(tree, Sequence):
        return Mapping({"models": Entry("Models", tree, tree.mark)}, tree.mark)
    if not isinstance(tree, Mapping):
        return None
    if is_index(tree):
        return tree
    model = tree.get("Model") or (tree if "name" in tree.entries else None)
    return None if model is None else _as_document(Sequence((model,), tree.mark))


def _library(body: Mapping) -> str:
    """Return the name of the library that a document says its models belong to."""
    value = body.get("Library")
    name = text_of(value.get("Name") if isinstance(value, Mapping) else value)
    return "" if name is None else name.text
