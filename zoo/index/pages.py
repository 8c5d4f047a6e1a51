"""Hands out the files that an index imports: those inside its root, and no more than the limits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from zoo.index import paths
from zoo.index.files import DATA, MARKDOWN, Page
from zoo.index.problems import Malformed, Problem
from zoo.index.tree import Scalar

MAX_FILES = 256
MAX_BYTES = 16 * 2**20
MAX_IMPORT_DEPTH = 16

# The real paths of the files by whose imports a file was reached, that file last.
Stack = tuple[str, ...]


class Pages:
    """The pages of one index; the state is what has been read, and what was wrong with imports.

    Args:
        root: the folder out of which no import leads.
        read: returns the page of a file, read once.
        done: the real paths of the files whose contents have found their place.
    """

    def __init__(self, root: Path, read: Callable[[Path], Page], done: set[str]) -> None:
        self.root = root
        self.read = read
        self.done = done
        self.problems: list[Problem] = []
        self.spliced = 0  # how many values were put in place of the paths of files
        self._counted: set[str] = set()
        self._bytes = 0

    def imported(self, written: Scalar, file: Path, stack: Stack) -> Iterator[Page]:
        """Yield the pages to which a path or wildcard leads, in the order of their names.

        Raises:
            Malformed: it leads to no file that may be read, or back to where it came from.
        """
        files = paths.resolve(written, file, self.root)
        if paths.is_wild(written):
            files = [found for found in files if found.suffix in MARKDOWN | DATA] or files
        if len(stack) > MAX_IMPORT_DEPTH:
            message = f"imports of imports, more than {MAX_IMPORT_DEPTH} deep"
            raise Malformed("import-limit", message, written.location)
        for found in files:
            real = os.path.realpath(found)
            if found.suffix not in MARKDOWN | DATA:
                message = "a file that ends in none of .md, .mdx, .yml, .yaml and .json"
                raise Malformed("not-an-index", message, written.location)
            if real in stack:
                message = "by this import a file imports itself"
                raise Malformed("import-cycle", message, written.location)
            yield self._count(written, real, self.read(found))

    def _count(self, written: Scalar, real: str, page: Page) -> Page:
        if real not in self._counted:
            self._counted.add(real)
            self._bytes += page.bytes
        if len(self._counted) > MAX_FILES or self._bytes > MAX_BYTES:
            message = f"more than {MAX_FILES} files or {MAX_BYTES // 2**20} MiB are imported"
            raise Malformed("import-limit", message, written.location)
        return page
