"""Strategies that begin with what is right and spoil it: bytes, lines of a text, nodes of JSON.

Text by chance seldom gets past the first line of a reader. What was right before a few changes
gets far, which is where the faults are.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy

BYTES = (b"\0", b"\xff", b"\n", b"\r\n", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"-1", b"99999999999999")
NUMBERS = st.sampled_from(
    [0, -1, 1, 2**31, 2**53 + 1, 2**63, 2**64, 10**400, -0.0, 0.5, 1e308, 5e-324, 1e-9]
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.integers() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(), max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
# What JSON itself does not have, and what its reader in Python takes all the same or stumbles over.
NOT_JSON = ("NaN", "-Infinity", "1e999", "9" * 5000, "[" * 3000, '"\\ud800"', "01", "{,}", "nul")


@st.composite
def damaged(
    draw: st.DrawFn, wholes: Strategy[bytes], words: Sequence[bytes] = BYTES, most: int = 4
) -> bytes:
    """Draw bytes of which a few pieces were changed, taken out, doubled, moved or cut off."""
    data = bytearray(draw(wholes))
    for _ in range(draw(st.integers(1, most))):
        start = draw(st.integers(0, len(data)))
        stop = min(len(data), start + draw(st.integers(0, 8) | st.integers(0, 200)))
        piece = bytes(data[start:stop])
        match draw(st.sampled_from(["change", "word", "take", "double", "move", "flip", "cut"])):
            case "change":
                data[start:stop] = draw(st.binary(max_size=8))
            case "word":
                data[start:stop] = draw(st.sampled_from(words))
            case "take":
                del data[start:stop]
            case "double":
                data[start:start] = piece * draw(st.integers(1, 3))
            case "move":
                del data[start:stop]
                to = draw(st.integers(0, len(data)))
                data[to:to] = piece
            case "flip" if piece:
                data[start] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[stop:]
    return bytes(data)


@st.composite
def rewritten(draw: st.DrawFn, wholes: Strategy[str], words: Sequence[str], most: int = 4) -> str:
    """Draw a text of which a few lines were doubled, swapped, indented, or got a word into them."""
    lines = draw(wholes).split("\n")
    for _ in range(draw(st.integers(1, most))):
        at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        line = lines[at]
        column = draw(st.integers(0, len(line)) | st.just(len(line)))
        match draw(st.sampled_from(["double", "swap", "take", "indent", "word", "value", "text"])):
            case "double":
                lines.insert(other, line)
            case "swap":
                lines[at], lines[other] = lines[other], line
            case "take" if len(lines) > 1:
                del lines[at]
            case "indent":
                lines[at] = draw(st.sampled_from(["  ", "\t", "- ", "    ", "> "])) + line
            case "word":
                lines[at] = line[:column] + draw(st.sampled_from(words)) + line[column:]
            case "value":
                key, colon, _ = line.partition(":")
                lines[at] = f"{key}{colon or ':'} {draw(st.sampled_from(words))}"
            case "text":
                lines[at] = line[:column] + draw(st.text(max_size=4)) + line[column + 1 :]
    return "\n".join(lines)


@st.composite
def replanted(draw: st.DrawFn, document: Any, most: int = 3) -> Any:
    """Draw a JSON value of which a few parts were replaced, taken out, doubled or swapped."""
    value = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, most))):
        places = list(_places(value))
        if not places:
            return value
        holder, key = draw(st.sampled_from(places))
        other, other_key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["value", "take", "double", "swap", "add"])):
            case "value":
                holder[key] = draw(VALUES)
            case "take":
                del holder[key]
            case "double" if isinstance(holder, list):
                holder.insert(key, copy.deepcopy(holder[key]))
            case "swap":
                holder[key] = copy.deepcopy(other[other_key])
            case "add" if isinstance(holder, dict):
                holder[draw(st.text(st.characters(), max_size=4))] = draw(VALUES)
    return value


def _places(value: Any) -> Any:
    """Yield each place of a JSON value, as what holds it and its key or number there."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def spoiled_json(document: Any) -> Strategy[str]:
    """Return texts near that of a JSON document: other nodes, other characters, cut off."""
    whole = json.dumps(document, ensure_ascii=False, indent=1)
    nodes = replanted(document).map(lambda value: json.dumps(value, indent=1))
    bytewise = damaged(st.just(whole.encode("utf-8", "surrogatepass")))
    words = rewritten(st.just(whole), [*NOT_JSON, ",", "}", '"', ": {}"])
    return nodes | nodes | bytewise.map(lambda data: data.decode("utf-8", "replace")) | words


def survives(read: Callable[[], Any], *errors: type[Exception]) -> Any:
    """Return what is read, or None where it is refused by one of the errors."""
    try:
        return read()
    except errors as error:
        assert str(error).strip(), "a refusal says why"
        return None
