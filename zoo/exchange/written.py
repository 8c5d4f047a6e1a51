"""Writes numbers with the digits that they had, and YAML that is read back as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from zoo import escape

_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_BASE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Number(str):
    """A number by the grammar of JSON, as the text that was written."""

    __slots__ = ()


def number(text: str) -> str:
    """Return a text as a Number if it is one, else as it is: ``83.74%`` stays a text."""
    return Number(text) if _JSON_NUMBER.fullmatch(text) else text


def plain(node: Any) -> Any:
    """Return a tree for JSON: a Number is a number there if that keeps all of its digits."""
    match node:
        case Number():
            value = float(node) if set(node) & set(".eE") else int(node)
            return value if repr(value) == node else str(node)
        case Mapping():
            return {key: plain(value) for key, value in node.items()}
        case str():
            return node
        case Sequence():
            return [plain(item) for item in node]
        case _:
            return node


def to_yaml(node: Any) -> str:
    """Return a tree as YAML in block style, keys in their order, nothing wrapped."""
    text: str = yaml.dump(
        node, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**30, encoding=None
    )
    return escape.yaml_text(text)


class _Dumper(_BASE):  # type: ignore[misc]  # the C class is not typed
    """Writes Numbers plain, and what is there twice twice: zoo's readers count aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent(dumper: Any, value: Number) -> Any:
    text = str(value)
    return dumper.represent_scalar(dumper.resolve(yaml.ScalarNode, text, (True, False)), text)


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, escape.yaml_quotes(text))


_Dumper.add_representer(Number, _represent)
_Dumper.add_representer(str, _text)
