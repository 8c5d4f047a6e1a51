"""Names of models, and of files after models, as publishers prefix and decorate them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from zoo.claims import ModelEntry, file_name

Tokens = tuple[str, ...]

# What a file's name may end in: a hash of 8 digits or more, then an extension of one or two parts.
_ENDING = re.compile(r"([-_][0-9a-f]{8,64})?(\.(pth|pt|bin|ckpt|safetensors|npz|h5|onnx|tar|gz))*$")


def own_name(entry: ModelEntry) -> str:
    """Return a model's name without the library that it may be qualified with."""
    return entry.name.rpartition("/")[2]


def tokens(text: str) -> Tokens:
    """Return the words of a name: ``tv_resnet50-b`` gives ``tv``, ``resnet50``, ``b``."""
    return tuple(part for part in re.split(r"[^a-z0-9]+", text.casefold()) if part)


def compact(text: str | Tokens) -> str:
    """Return a name without what separates its words."""
    return "".join(tokens(text) if isinstance(text, str) else text)


def stem(url: str) -> str:
    """Return the name of the file at a URL without hash and extension."""
    return _ENDING.sub("", file_name(url).casefold())


def by_name(entries: Iterable[ModelEntry]) -> Mapping[Tokens, list[ModelEntry]]:
    """Return the models by the words with which a file that is named after them begins.

    A letter behind the last number may be missing there: the file of ``resnest101e`` is named
    ``resnest101``.
    """
    found: dict[Tokens, list[ModelEntry]] = {}
    shortened: dict[Tokens, list[ModelEntry]] = {}
    for entry in entries:
        words = tokens(own_name(entry))
        if not words:
            continue
        found.setdefault(words, []).append(entry)
        short = re.sub(r"(?<=\d)[a-z]$", "", words[-1])
        if short != words[-1]:
            shortened.setdefault((*words[:-1], short), []).append(entry)
    return shortened | found


def named_after(
    words: Tokens, models: Mapping[Tokens, list[ModelEntry]]
) -> tuple[Tokens, list[ModelEntry]]:
    """Return the longest beginning of some words that names models, and these models."""
    for count in range(len(words), 0, -1):
        if words[:count] in models:
            return words[:count], models[words[:count]]
    return (), []


def alike(one: str, other: str) -> bool:
    """Return whether one name holds the other, as that of a variant or an alias does."""
    first, second = compact(one), compact(other)
    return first in second or second in first
