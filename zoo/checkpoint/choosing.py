"""Decides which of a checkpoint's mappings is the state dict.

The rule:

1. Of the keys in ``PLAIN``, in that order, the first under which tensors lie by name. Where there
   is none, of those in ``AVERAGED``: an exponential moving average (EMA) of the weights, which
   training keeps beside them and which has another accuracy.
2. Where the file's name has the word ``ema``, its publisher means the average: ``AVERAGED`` come
   first.
3. What lies there is searched again, for it may nest (``{"model": {"state_dict": …}}``).
4. Where there is no such key, the mapping itself is the state dict, if it holds tensors.

Names that all begin with ``module.`` (DataParallel) or ``_orig_mod.`` (torch.compile), which wrap a
network and are no part of it, lose that. Entries that are no tensors are left out. The record names
the key that was taken, those that were passed over, the prefixes, and what was left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zoo.checkpoint.rejected import Rejected, no_tensors, unsupported

PLAIN = ("state_dict", "model", "model_state_dict", "net", "network", "params", "weights")
AVERAGED = ("state_dict_ema", "model_ema", "ema_state_dict", "ema_model", "ema", "params_ema")
WRAPPERS = ("module.", "_orig_mod.")
DEEPEST = 3
LONGEST = 512  # characters of a tensor's name
MOST = 200_000  # tensors
METADATA = "__metadata__"  # under which safetensors keep what is no tensor

IsTensor = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A state dict: its tensors, where they lay, and what was passed over or left out."""

    tensors: Mapping[str, Any]
    key: str
    passed_over: tuple[str, ...]
    stripped: str
    dropped: tuple[str, ...]


def choose(content: object, is_tensor: IsTensor, *, averaged: bool) -> Chosen:
    """Return the state dict of what was in a file.

    Args:
        is_tensor: whether a value is one.
        averaged: whether the file's name says that it is about an average of the weights.

    Raises:
        Rejected: there is none, or its names are none.
    """
    path: list[str] = []
    passed_over: list[str] = []
    while isinstance(content, Mapping) and len(path) < DEEPEST:
        found = _nested(content, is_tensor, averaged=averaged)
        if not found:
            break
        passed_over += ["/".join([*path, key]) for key in found[1:]]
        path.append(found[0])
        content = content[found[0]]
    if not isinstance(content, Mapping) or not any(is_tensor(each) for each in content.values()):
        raise no_tensors("no tensors by name")
    tensors = {_name(key): value for key, value in content.items() if is_tensor(value)}
    dropped = tuple(_shown(key) for key, value in content.items() if not is_tensor(value))
    tensors, stripped = _unwrapped(tensors)
    check_names(list(tensors))
    return Chosen(tensors, "/".join(path), tuple(passed_over), stripped, dropped)


def _nested(content: Mapping[Any, Any], is_tensor: IsTensor, *, averaged: bool) -> list[str]:
    """Return the keys under which state dicts lie, the one to take first."""
    order = (*AVERAGED, *PLAIN) if averaged else (*PLAIN, *AVERAGED)
    return [key for key in order if _holds(content.get(key), is_tensor, DEEPEST)]


def _holds(content: object, is_tensor: IsTensor, depth: int) -> bool:
    if not isinstance(content, Mapping) or depth == 0:
        return False
    if any(is_tensor(value) for value in content.values()):
        return True
    return any(_holds(content.get(key), is_tensor, depth - 1) for key in (*PLAIN, *AVERAGED))


def _unwrapped(tensors: dict[str, Any]) -> tuple[dict[str, Any], str]:
    stripped = ""
    while prefix := next((each for each in WRAPPERS if _all_bear(tensors, each)), ""):
        tensors = {name.removeprefix(prefix): value for name, value in tensors.items()}
        stripped += prefix
    return tensors, stripped


def _all_bear(tensors: Mapping[str, Any], prefix: str) -> bool:
    return all(name.startswith(prefix) and name != prefix for name in tensors)


def check_names(names: list[str]) -> None:
    """Raise Rejected where a name is none that a network gives, or there are too many."""
    for name in names:
        _name(name)
    if len(names) > MOST:
        raise _too_many(len(names))


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise no_tensors(f"a tensor's name is no text, but of type {type(key).__name__}")
    if not 0 < len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        shown = ascii(key[:40])
        raise unsupported(f"a tensor's name is not 1 to {LONGEST} printable characters: {shown}")
    if key == METADATA:
        raise unsupported(f"a tensor is named {METADATA}, which is no tensor's name in safetensors")
    return key


def _too_many(count: int) -> Rejected:
    return unsupported(f"it holds {count:,} tensors, more than {MOST:,}")


def _shown(key: object) -> str:
    """Return a key for the record: one that is no text may be endless, written out."""
    return key[:LONGEST] if isinstance(key, str) else f"({type(key).__name__})"
