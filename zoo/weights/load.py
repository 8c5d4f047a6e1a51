"""Loads a weights file into a network, strictly: every tensor, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from zoo.claims import file_name
from zoo.errors import Blocked, Unavailable
from zoo.escape import terminal
from zoo.run import WeightsFile

if TYPE_CHECKING:
    from torch import Tensor, nn

# A training checkpoint keeps the weights under one of these keys; the first that is there counts.
NESTED = ("state_dict", "model")
SHOWN = 3

State = Mapping[str, "Tensor"]
Convert = Callable[["nn.Module", State], State]


class Misfit(Blocked):
    """The file's tensors are not those of the network.

    ``detail`` names the tensors that are missing, unexpected or of another shape.
    """

    def __init__(self, detail: str) -> None:
        super().__init__("weights-load", f"the weights do not fit the network: {detail}")
        self.detail = detail


def load(network: nn.Module, weights: WeightsFile, convert: Convert) -> nn.Module:
    """Return the network in evaluation mode with the weights of a file.

    Args:
        network: freshly built, on the CPU.
        weights: the file; one whose digest is not the claimed one is not opened.
        convert: turns the file's tensors into the network's, where names have changed since.

    Raises:
        Blocked: the digest is not the claimed one.
        Misfit: a tensor is missing, unexpected, of another shape, or cannot be copied.
        Unavailable: the file cannot be read as a checkpoint.
    """
    if weights.mismatch:
        raise Blocked("weights-digest", f"not loaded: {weights.mismatch}")
    state = read(weights)
    if _misfit(network, state):
        state = _renamed(state, convert(network, state))
    if detail := _misfit(network, state):
        raise Misfit(detail)
    try:
        network.load_state_dict(dict(state), strict=True)
    except RuntimeError as error:  # of the right shape, but sparse or without data
        raise Misfit(" ".join(terminal(str(error)).split())[:300]) from None
    return network.eval()


def _renamed(state: State, converted: State) -> State:
    """Return the converted tensors, unless one was resized: that is another network's weights."""
    same = all(state[name].numel() == converted[name].numel() for name in state.keys() & converted)
    return converted if same else state


def read(weights: WeightsFile) -> State:
    """Return the tensors of a weights file by name, on the CPU.

    The file name's extension decides the reader, as everywhere in this field. A checkpoint that
    nests its weights is unwrapped by the order of ``NESTED``; a prefix ``module.`` that every name
    bears, left there by DataParallel, is removed.
    """
    name = file_name(weights.url)
    content = _safetensors(weights) if name.endswith(".safetensors") else _torch(weights)
    state = _unwrap(content)
    if not state or not all(_is_tensor(value) for value in state.values()):
        raise Unavailable(f"{name} holds no state dict: no tensors by name")
    if all(key.startswith("module.") for key in state):
        state = {key.removeprefix("module."): value for key, value in state.items()}
    return state


def _safetensors(weights: WeightsFile) -> Any:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(weights.path)
    except (SafetensorError, OSError, ValueError) as error:
        raise _unreadable(weights, error) from None


def _torch(weights: WeightsFile) -> Any:
    import torch

    try:
        return torch.load(weights.path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file makes torch raise errors of ten types and more
        raise _unreadable(weights, error) from None


def _unreadable(weights: WeightsFile, error: Exception) -> Unavailable:
    """Say that a file cannot be read; torch's own text is long and urges to unsafe loading."""
    first = str(error).partition("\n")[0].partition(". ")[0]
    reason = ": ".join(filter(None, (type(error).__name__, terminal(first)[:120])))
    return Unavailable(
        f"{file_name(weights.url)} cannot be read as a checkpoint of tensors ({reason})",
        "publish the weights as safetensors",
    )


def _unwrap(content: Any) -> Mapping[str, Any]:
    """Return what is kept by name, or nothing where something is kept otherwise."""
    if not isinstance(content, Mapping):
        return {}
    if not all(_is_tensor(value) for value in content.values()):
        inner = (content[key] for key in NESTED if isinstance(content.get(key), Mapping))
        content = next(inner, content)
    return content if all(isinstance(key, str) for key in content) else {}


def _is_tensor(value: object) -> bool:
    import torch

    return isinstance(value, torch.Tensor)


def _misfit(network: nn.Module, state: State) -> str:
    """Return which tensors do not fit, in words, or an empty string."""
    wanted = network.state_dict()
    optional = {key for key in wanted if key.endswith("num_batches_tracked")}
    missing = [key for key in wanted if key not in state and key not in optional]
    extra = [key for key in state if key not in wanted]
    wrong = [
        f"{key} {_shape(state[key])} for {_shape(wanted[key])}"
        for key in wanted
        if key in state and state[key].shape != wanted[key].shape
    ]
    kinds = {"missing": missing, "unexpected": extra, "of another shape": wrong}
    return "; ".join(
        f"{len(names)} {kind}: {_some(names)}" for kind, names in kinds.items() if names
    )


def _shape(tensor: Tensor) -> str:
    return "×".join(str(side) for side in tensor.shape) or "scalar"


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return f"{shown}, …" if len(names) > SHOWN else shown
