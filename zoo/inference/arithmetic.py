"""How numbers are computed: which precision, and that two runs give the same."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

FULL = "fp32"
PRECISIONS = MappingProxyType(
    {
        FULL: "float32",
        "tf32": "float32 with TF32",
        "bf16": "bfloat16 by autocast",
        "fp16": "float16 by autocast",
    }
)
_TYPES = {"bf16": "bfloat16", "fp16": "float16"}
ROUNDED = frozenset(_TYPES)
_WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"  # without it, cuBLAS promises nothing of two runs


@contextlib.contextmanager
def computing(device: str, precision: str, *, deterministic: bool) -> Iterator[None]:
    """Compute in a precision, without gradients, and leave torch's settings as they were.

    Lower precisions are those of autocast, which keeps the weights, sums and normalisations in
    float32: a network whose weights were cast would stay rounded for whatever is run next.

    Args:
        precision: one of ``PRECISIONS``; only ``tf32`` lets float32 be rounded to TF32.
        deterministic: an operation that may give another result in another run is an error.
    """
    import torch

    kind, low = device.partition(":")[0], _TYPES.get(precision)
    with (
        _settings(tf32=precision == "tf32", deterministic=deterministic),
        torch.inference_mode(),
        torch.autocast(kind, getattr(torch, low)) if low else contextlib.nullcontext(),
    ):
        yield


@contextlib.contextmanager
def _settings(*, tf32: bool, deterministic: bool) -> Iterator[None]:
    import torch

    memory: Any = torch.utils.deterministic
    os.environ.setdefault(_WORKSPACE, ":4096:8")
    cudnn = torch.backends.cudnn
    matmul = torch.get_float32_matmul_precision()
    before = torch.are_deterministic_algorithms_enabled()
    warned = torch.is_deterministic_algorithms_warn_only_enabled()
    filled = memory.fill_uninitialized_memory
    with cudnn.flags(cudnn.enabled, False, cudnn.benchmark_limit, True, tf32):
        try:
            torch.set_float32_matmul_precision("high" if tf32 else "highest")
            torch.use_deterministic_algorithms(deterministic)
            memory.fill_uninitialized_memory = False  # costs time, and finds only faults of torch
            yield
        finally:
            torch.set_float32_matmul_precision(matmul)
            torch.use_deterministic_algorithms(before, warn_only=warned)
            memory.fill_uninitialized_memory = filled
