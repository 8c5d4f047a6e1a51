"""A network that does one thing, for all who look at what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn


class Does(nn.Module):
    """A network without parameters that does one thing with its input."""

    def __init__(self, what: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.what = what

    def forward(self, inputs: Tensor) -> Any:
        return self.what(inputs)
