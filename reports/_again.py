"""A command line that a person can paste: quoted for a shell, with nothing in it that hides."""

from __future__ import annotations

import re
from collections.abc import Iterable

from zoo import escape

_BARE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
# What ends a quote or a fence, and what templates of documentation sites would fill in.
_DELICATE = re.compile(r"[\x00-\x1f'\\`{]")


def command(words: Iterable[str]) -> str:
    """Return words as one line for bash or zsh, which read them back as they are.

    What cannot be seen, or would end the place where it is shown, is written by its number.
    """
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if _BARE.fullmatch(word):
        return word
    if not _DELICATE.search(word) and escape.terminal(word) == word:
        return f"'{word}'"
    return f"$'{''.join(map(_numbered, word))}'"


def _numbered(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, by PEP 383
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        plain = character.isprintable() and character != "#" and not _DELICATE.search(character)
        return character if plain else f"\\x{code:02x}"
    if character.isalnum():
        return character
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
