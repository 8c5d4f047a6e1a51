"""Tells whether a network has a layer of some kind: convolutions, norms, activations, pooling."""

from __future__ import annotations

from collections.abc import Callable

from zoo.structure import Record
from zoo.structure.record import Shape, Step, elements
from zoo.vocabulary.view import Convolution, convolutions, is_map, within

Holds = Callable[[Record], bool]

_AVERAGES = frozenset(
    {"mean", *(f"{kind}avg_pool{n}d" for kind in ("", "adaptive_") for n in (1, 2, 3))}
)
_MAXIMA = frozenset(
    {"amax", *(f"{kind}max_pool{n}d{more}" for kind in ("", "adaptive_") for n in (1, 2, 3)
               for more in ("", "_with_indices"))}
)  # fmt: skip
_DROPS = frozenset({"dropout", "dropout_", "feature_dropout", "feature_dropout_"})
_CUTS = frozenset({"hardtanh", "hardtanh_", "relu6", "relu6_"})
_LEARNED = frozenset({"linear", "addmm", "conv1d", "conv2d"})
_PRODUCTS = frozenset({"mul", "mul_"})
_STATISTICS = frozenset({"batch_norm", "var_mean", "std_mean", "var", "std"})


def does(*names: str) -> Holds:
    """Return whether one of some operations is done, in place or not."""
    wanted = {*names, *(f"{name}_" for name in names)}
    return lambda record: any(step.name in wanted for step in record.operations)


def convolves(which: Callable[[Convolution], bool] = lambda one: True) -> Holds:
    """Return whether some convolution is of a kind."""
    return lambda record: any(which(one) for one in convolutions(record.operations))


def separable(record: Record) -> bool:
    """Return whether a depthwise convolution is followed by one of 1×1 on as many channels.

    A linear layer over the channels of every pixel is one of 1×1, too.
    """
    depthwise: set[int] = set()
    for step in record.operations:
        if step.name == "linear" and len(step.given(0)) > 2 and step.given(0)[-1] in depthwise:
            return True
        for one in convolutions((step,)):
            if one.pointwise and one.given[1] in depthwise:
                return True
            if one.depthwise and not one.pointwise:
                depthwise.add(one.wide)
    return False


def fully_connected(record: Record) -> bool:
    """Return whether there is a linear layer, or a convolution of what is one pixel."""
    return does("linear", "addmm", "mm")(record) or convolves(lambda one: not one.spread)(record)


def rectified_to_six(record: Record) -> bool:
    """Return whether values are cut off below 0 and above 6."""
    for step in record.operations:
        if step.name in _CUTS:
            settings = record.modules[step.module].settings
            if (settings.get("min_val", 0), settings.get("max_val", 6)) == (0, 6):
                return True
    return False


def swish(record: Record) -> bool:
    """Return whether there is SiLU, or a map multiplied with its own sigmoid."""
    gated = {step.inputs[0] for step in record.operations if step.name in {"sigmoid", "sigmoid_"}}
    return does("silu")(record) or not gated.isdisjoint(_multiplied(record))


def hard_swish(record: Record) -> bool:
    """Return whether there is hard swish, or a product of maps beside a cut at 6."""
    cut = rectified_to_six(record) or does("hardsigmoid")(record)
    return does("hardswish")(record) or (cut and bool(_multiplied(record)))


def mish(record: Record) -> bool:
    """Return whether there is mish, or a softplus and a hyperbolic tangent."""
    return does("mish")(record) or (does("softplus")(record) and does("tanh")(record))


def averages(record: Record) -> bool:
    """Return whether maps are averaged, over windows or over all."""
    return any(_pools(step, _AVERAGES) for step in record.operations)


def averages_globally(record: Record) -> bool:
    """Return whether maps are averaged over all their pixels."""
    return any(_pools_globally(step) for step in record.operations)


def takes_maxima(record: Record) -> bool:
    """Return whether maps are reduced to the maxima of windows."""
    return any(_pools(step, _MAXIMA) for step in record.operations)


def blurs(record: Record) -> bool:
    """Return whether maps are made smaller by a fixed blur: a convolution that learns nothing."""
    return any(
        one.depthwise
        and one.spread
        and one.made[2] < one.given[2]
        and not record.modules[one.module].parameters
        for one in convolutions(record.operations)
    )


def standardises_weights(record: Record) -> bool:
    """Return whether a convolution's module takes mean and variance of its own weights first."""
    shaped = {one.module for one in convolutions(record.operations)}
    return any(
        step.module in shaped
        and step.name in _STATISTICS
        and elements(step.given(0)) == elements(weight)
        for step in record.operations
        if (weight := record.modules[step.module].parameters.get("weight")) is not None
    )


def activates_in_norm(record: Record) -> bool:
    """Return whether one module normalises a batch and holds or does a leaky ReLU."""
    norms = {step.module for step in record.operations if step.name == "batch_norm"}
    leaky = {s.module for s in record.operations if s.name in {"leaky_relu", "leaky_relu_"}}
    return any(leaky.intersection(within(record, number)) for number in norms)


def mixes_kernels(record: Record) -> bool:
    """Return whether a convolution's weights are made, in its module, as a product of matrices."""
    shaped = {one.module for one in convolutions(record.operations)}
    return any(
        step.module in shaped and step.name in {"matmul", "mm", "addmm", "linear", "einsum"}
        for step in record.operations
    )


def excites(record: Record) -> bool:
    """Return whether channels are scaled by gates made of their averages by learned layers."""
    return _gated(record, across=lambda step: step.name in _LEARNED)


def attends_to_neighbours(record: Record) -> bool:
    """Return whether channels are scaled by gates made by a convolution over their averages."""
    return _gated(record, across=lambda step: step.name == "conv1d")


def dropout_rates(record: Record) -> list[float]:
    """Return the rates of what drops values behind the last convolution of a map, in order.

    They are read off the module that calls it: its ``p``, else its ``drop_rate``. Networks are
    recorded in evaluation, where nothing is dropped, whatever the rate is.
    """
    steps = record.operations
    maps = {id(step) for step in steps if step.name == "conv2d" and is_map(step.given(0))}
    last = max((place for place, step in enumerate(steps) if id(step) in maps), default=0)
    callers = [record.modules[s.module].settings for s in steps[last:] if s.name in _DROPS]
    rates = [caller.get("p", caller.get("drop_rate")) for caller in callers]
    return [float(rate) for rate in rates if isinstance(rate, int | float)]


def _multiplied(record: Record) -> set[Shape]:
    """Return the shapes of the maps that are multiplied with a map of the same shape."""
    products = (s for s in record.operations if s.name in _PRODUCTS and len(s.inputs) > 1)
    pairs = (step.inputs[:2] for step in products)
    return {first for first, second in pairs if first and first == second and is_map(first)}


def _gated(record: Record, across: Callable[[Step], bool]) -> bool:
    """Return whether maps are multiplied with what a layer makes of their global averages."""
    pooled = layered = False
    for step in record.operations:
        if _pools_globally(step):
            pooled, layered = True, False
        elif pooled and across(step) and not is_map(step.given(0)):
            layered = True
        elif layered and step.name in _PRODUCTS and len(step.inputs) > 1:
            return True
    return False


def _pools(step: Step, names: frozenset[str]) -> bool:
    """Return whether a step reduces maps, be they flattened, by one of some operations."""
    if step.name not in names or not step.inputs:
        return False
    given = step.inputs[0]
    return given is not None and len(given) >= 3


def _pools_globally(step: Step) -> bool:
    if not _pools(step, _AVERAGES):
        return False
    given, made = step.given(0), elements(step.outputs[0])
    if len(given) == 3:  # pixels in a row: (pictures, channels, pixels), or the last two swapped
        return made in (given[0] * given[1], given[0] * given[2])
    return is_map(given) and made == given[0] * given[1]
