"""Compares the logits for two fixed inputs with those that were recorded: `--golden FOLDER`.

What is measured is the largest difference of any logit, as a share of the largest of the recorded
ones, and 0.0001 is allowed. Sums in another order round differently: on one CPU, over ten
architectures, the number of threads, batch size, memory layout and other kernels moved float32
logits by at most 0.000002, and float64 by less. What is another network moves them by more: in
an EfficientNet-Lite, a mean of 0.5 instead of 0.498 by 0.004, an epsilon that is 1 % larger by
0.001, float16 weights by 0.01, bfloat16 by 0.1 (and by 0.003 in the least sensitive of the ten);
`benchmarks/goldens.py` prints all of it.
The cosine and whether the five best classes are the same are told, and decide nothing: near ties
change places for less.

The inputs are pictures by a formula, of the documented size, mean and std, so that no dataset is
needed. `--record` writes the file of a model that has none, and never replaces one: a golden that
no longer holds is a FAIL until someone has looked, and removes it. A golden of other weights, of
another input or of another recipe says nothing about this model: that is an ERROR.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.claims import Claim, Metric
from zoo.errors import Skipped, Unavailable
from zoo.findings import Measurement, Tolerance
from zoo.goldens.comparing import difference
from zoo.goldens.document import Golden, read
from zoo.goldens.inputs import RECIPE, Inputs
from zoo.goldens.recording import PRECISION, computed
from zoo.subject import Subject
from zoo.verify import Validator

if TYPE_CHECKING:
    from torch import Tensor

ALLOWED = Decimal("0.0001")
ANEW = "if that is meant, delete the file, then record it anew with --record"


def tolerance(claim: Claim) -> Tolerance:
    """Return 0.0001 of the largest logit."""
    return Tolerance(absolute=ALLOWED)


def measure(subject: Subject, claim: Claim, device: str = "cpu") -> Measurement:
    """Return how far the logits are from the recorded ones, as a share of the largest of those."""
    path = Path(claim.location.path)
    if not path.exists():
        raise Skipped(f"no golden is recorded at {path}", "--record records one")
    golden = read(path)
    _check_of_this(golden, subject, path)
    inputs, logits = computed(subject, device)
    _check_input(golden, inputs, path)
    return _compared(golden, inputs, logits, device)


def _check_of_this(golden: Golden, subject: Subject, path: Path) -> None:
    weights = subject.weights().digest.hex
    if golden.model != subject.entry.name:
        raise Unavailable(f"{path} is the golden of {golden.model}", ANEW)
    if golden.weights != weights:
        raise Unavailable(
            f"{path} was recorded with the weights sha256:{golden.weights}, and these are"
            f" sha256:{weights}",
            ANEW,
        )
    if golden.recipe != RECIPE or golden.precision != PRECISION:
        raise Unavailable(
            f"{path} was recorded with the inputs {golden.recipe} in {golden.precision}, and this"
            f" zoo computes {RECIPE} in {PRECISION}",
            ANEW,
        )


def _check_input(golden: Golden, inputs: Inputs, path: Path) -> None:
    if golden.sha256 != inputs.sha256:
        raise Unavailable(
            f"{path} was recorded with inputs of {_sides(golden.shape)}, and those that the page"
            f" documents now, of {_sides(inputs.shape)}, are others",
            f"image size, mean or std have changed; {ANEW}",
        )


def _compared(golden: Golden, inputs: Inputs, logits: Tensor, device: str) -> Measurement:
    import torch

    recorded = torch.tensor(golden.logits, dtype=torch.float32)
    method = f"{PRECISION} on {device}, inputs {RECIPE} of {_sides(inputs.shape)}"
    when = f"recorded {golden.at} with {golden.source}"
    conditions: dict[str, Any] = {"recorded": when, "inputs": inputs.sha256}
    if logits.shape != recorded.shape:
        value = f"logits of {_sides(logits.shape)} instead of {_sides(recorded.shape)}"
        return Measurement(Metric.GOLDEN, value, method, conditions, remark=when)
    if broken := int((~logits.isfinite()).sum()):
        value = f"logits of which {broken:,} are not finite"
        return Measurement(Metric.GOLDEN, value, method, conditions, remark=when)
    found = difference(recorded, logits)
    conditions |= {
        "largest difference": found.absolute,
        "cosine": found.cosine,
        "same five best": found.same_best,
        "pictures": len(logits),
    }
    remark = (
        f"the largest difference from the logits {when}, as a share of the largest of them;"
        f" cosine {found.cosine:.8f}, the five best classes are the same for"
        f" {found.same_best} of {len(logits)} inputs"
    )
    share = Decimal(f"{found.largest:.3g}")
    return Measurement(Metric.GOLDEN, share, method, conditions, remark=remark)


def _sides(shape: tuple[int, ...]) -> str:
    return " × ".join(str(side) for side in shape)


VALIDATOR = Validator(
    name="golden",
    metrics=frozenset({Metric.GOLDEN}),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
