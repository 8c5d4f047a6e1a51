"""Runs the examples of the documentation, and writes what they print into its pages.

The ```console blocks of a page are one session: each ``$ command`` runs in a folder of the page's
own, as the one before left it, with an empty cache and without the network, and what it prints
stands below it. A block with ``title="PATH"`` is a file of that folder. What cannot run everywhere
is a ```sh block, of which ``tests/docs`` finds out whether its programs take it.

With ``--check`` nothing is written. Pages may be named, else all are meant.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
GENERATED = ("docs/report/", "docs/reference/", "docs/rules.md")
# Beside the examples lies a copy of the clone's model-index/, unless their page has this comment.
EMPTY = "<!-- examples: in an empty folder -->"
HOME = "/home/you"
FENCE = re.compile(r"^(?P<indent> *)(?P<mark>```+)(?P<language>\w*) *(?P<about>.*)$")
TITLE = re.compile(r'title="([^"]+)"')
# Bars on a terminal, which are gone when all is done; elsewhere lines.
PROGRESS = re.compile(
    r"^(verifying \S+|reading .* of \S+( \([\d,]+ bytes\))?"
    r"|(counted|checked|scored) [\d,]+ of [\d,]+ .*)\n",
    re.MULTILINE,
)
# What another machine or another day has otherwise, and moves no verdict.
ELSEWHERE = (
    (
        re.compile(
            r"\b((?:timm|torch|torchvision|zoo|Python|safetensors|pillow|numpy) )v?\d[\w.+]*"
        ),
        r"\1",
    ),
    (re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\dZ)?)?"), "DATE"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page: its lines without the fences, and where the first of them is."""

    language: str
    about: str
    start: int
    lines: tuple[str, ...]

    @property
    def title(self) -> str:
        """Return the path of the file that the block is, or an empty text."""
        found = TITLE.search(self.about)
        return found[1] if found else ""


def pages() -> list[Path]:
    """Return the pages that people wrote, by path."""
    found = (ROOT / "docs").rglob("*.md")
    written = [
        path for path in found if not path.relative_to(ROOT).as_posix().startswith(GENERATED)
    ]
    return [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *sorted(written)]


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    opened: re.Match[str] | None = None
    lines: list[str] = []
    for number, line in enumerate(text.splitlines()):
        if opened is None:
            opened, lines = FENCE.match(line), []
        elif line.strip() == opened["mark"]:
            start = number - len(lines)
            yield Block(opened["language"], opened["about"], start, tuple(lines))
            opened = None
        else:
            lines.append(line.removeprefix(opened["indent"]))


def commands(block: Block) -> Iterator[tuple[str, int, int]]:
    """Yield each command of a console block, with the lines from and before which its output is."""
    starts = [n for n, line in enumerate(block.lines) if line.startswith("$ ")]
    for start, following in pairwise([*starts, len(block.lines)]):
        end = start + 1
        while block.lines[end - 1].endswith("\\"):
            end += 1
        yield "\n".join(block.lines[start:end])[2:], end, following


def refreshed(text: str) -> str:
    """Return a page with what its examples print now, where that is something else."""
    lines = text.splitlines()
    with tempfile.TemporaryDirectory(prefix="examples-") as name:
        session = Session(Path(name), empty=EMPTY in text)
        outputs = [output for block in blocks(text) for output in _outputs(block, session)]
    for start, end, output in reversed(outputs):
        if like(lines[start:end]) != like(output):
            lines[start:end] = output
    return "".join(f"{line}\n" for line in lines)


def _outputs(block: Block, session: Session) -> Iterator[tuple[int, int, list[str]]]:
    """Yield what the commands of a block print, with the lines of the page where it stands."""
    if block.title:
        session.write(block.title, "".join(f"{line}\n" for line in block.lines))
    elif block.language == "console":
        for command, start, end in commands(block):
            yield block.start + start, block.start + end, session.run(command)


def like(lines: list[str]) -> list[str]:
    """Return output without what another machine or another day has otherwise."""
    text = "\n".join(lines)
    for pattern, instead in ELSEWHERE:
        text = pattern.sub(instead, text)
    return text.split("\n")


class Session:
    """A terminal in a folder of its own, which knows ``zoo``."""

    def __init__(self, place: Path, *, empty: bool) -> None:
        self._home = place / "home"
        self._folder = self._home / "zoo"
        self._status = 0
        programs = place / "bin"
        programs.mkdir()
        self._folder.mkdir(parents=True)
        if not empty:
            shutil.copytree(ROOT / "model-index", self._folder / "model-index")
        zoo = programs / "zoo"
        zoo.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m zoo "$@"\n')
        zoo.chmod(0o755)
        self._environment = {
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "PATH": f"{programs}:{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts' / 'offline'}",
            "PYTHONSAFEPATH": "1",
            **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", "You"), ("EMAIL", "you@example.org"))},
        }  # fmt: skip

    def write(self, path: str, text: str) -> None:
        """Write a file of the folder."""
        file = self._folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, command: str) -> list[str]:
        """Return the lines that a command prints; ``$?`` is what the one before ended with."""
        done = subprocess.run(
            ["bash", "-c", f"(exit {self._status})\n{command}"],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self._status = done.returncode
        shown = PROGRESS.sub("", done.stdout).replace(str(self._home), HOME)
        if re.search(r"^ *```", shown, re.MULTILINE):
            raise ValueError(f"what '{command}' prints would end its block")
        return [line.rstrip() for line in shown.splitlines()]


def main(arguments: list[str]) -> int:
    """Refresh or check the pages, and say which are not what the commands print."""
    check = "--check" in arguments
    named = [Path(name).resolve() for name in arguments if name != "--check"]
    stale = 0
    for page in named or pages():
        text = page.read_text(encoding="utf-8")
        now = refreshed(text)
        if now != text:
            stale += 1
            print(f"{os.path.relpath(page, ROOT)}: {'not' if check else 'now'} what is printed")
            if not check:
                page.write_text(now, encoding="utf-8")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
