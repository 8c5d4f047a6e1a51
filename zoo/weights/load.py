"""Loads a weights file into a network, strictly: every tensor, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from zoo.checkpoint.record import Checkpoint
from zoo.errors import Blocked, Unavailable
from zoo.escape import line

if TYPE_CHECKING:
    from torch import Tensor, nn

SHOWN = 3

State = Mapping[str, "Tensor"]
Convert = Callable[["nn.Module", State], State]


class Misfit(Blocked):
    """The file's tensors are not those of the network.

    ``detail`` names the tensors that are missing, unexpected or of another shape.
    """

    def __init__(self, detail: str) -> None:
        message = f"the weights do not fit the network: {detail}"
        super().__init__("weights-load", message, about=detail)
        self.detail = detail


def load(network: nn.Module, checkpoint: Checkpoint, convert: Convert) -> nn.Module:
    """Return the network in evaluation mode with the weights of an opened checkpoint.

    Args:
        network: freshly built, on the CPU.
        convert: turns the checkpoint's tensors into the network's, where names have changed since.

    Raises:
        Misfit: a tensor is missing, unexpected, or of another shape.
        Unavailable: the checkpoint is no longer there, or was changed.
    """
    state = read(checkpoint)
    if _misfit(network, state):
        state = _renamed(state, convert(network, state))
    if detail := _misfit(network, state):
        raise Misfit(detail)
    network.load_state_dict(dict(state), strict=True)
    return network.eval()


def _renamed(state: State, converted: State) -> State:
    """Return the converted tensors, unless one was resized: that is another network's weights."""
    same = all(state[name].numel() == converted[name].numel() for name in state.keys() & converted)
    return converted if same else state


def read(checkpoint: Checkpoint) -> State:
    """Return the tensors of an opened checkpoint by name, on the CPU.

    Raises:
        Unavailable: it is no longer there, or was changed.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        state: State = load_file(checkpoint.path)
    except (SafetensorError, OSError, ValueError) as error:
        raise Unavailable(f"the opened checkpoint cannot be read: {line(str(error))}") from None
    return state


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
