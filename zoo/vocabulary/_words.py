"""The words of the pages with their readings: layers first, then blocks."""

from __future__ import annotations

from zoo.structure import Record
from zoo.structure.record import Shape
from zoo.vocabulary import _blocks as block
from zoo.vocabulary import _layers as layer
from zoo.vocabulary._reading import Reading

_OUTSIDE = "outside the network: "
_LOGITS = f"{_OUTSIDE}the network returns logits, and a softmax makes shares of them afterwards"
_TRAINING = f"{_OUTSIDE}it works in training alone, and sources build networks with a rate of 0"
_HEAD = f"{_OUTSIDE}it helps in training, and the network is evaluated without it"
_FORM = "not seen in the one form that is known here, and there may be others"

_BLUR = "a map made smaller by a fixed blur, a convolution that learns nothing"
_RESIDUAL = "a module that sums two maps and has convolutions"
_BOTTLENECK = (
    "a module that sums two maps, the one from convolutions of 1×1, larger windows, and 1×1"
)
_INVERTED = (
    "a module that sums two maps, the one from 1×1 to more channels, depthwise, and 1×1 to fewer"
)

_SQUARE: set[Shape] = {(3, 3)}
_LINES: set[Shape] = {(1, 7), (7, 1)}
_SHORT_LINES: set[Shape] = {(1, 3), (3, 1)}


def _never(record: Record) -> bool:
    return False


LAYERS = (
    Reading("Convolution", "a convolution", layer.convolves()),
    Reading("1x1 Convolution", "a convolution with a window of one pixel",
            layer.convolves(lambda one: one.pointwise)),
    Reading("Grouped Convolution",
            "a convolution in more than one group, be it one for each channel",
            layer.convolves(lambda one: one.groups > 1)),
    Reading("Depthwise Separable Convolution",
            "a depthwise convolution, and later a 1×1 one on as many channels", layer.separable),
    Reading("MixConv", "depthwise convolutions of unlike windows on parts of one map",
            block.several_kernels, unless=_FORM),
    Reading("CondConv", "a convolution whose weights are mixed, for each picture, from several",
            layer.mixes_kernels, unless=_FORM),
    Reading("Weight Standardization",
            "a convolution whose weights are first brought to mean 0 and variance 1",
            layer.standardises_weights, unless=_FORM),
    Reading("Dense Connections", "a fully connected layer, or a convolution of a single pixel",
            layer.fully_connected),
    Reading("Batch Normalization", "batch normalisation", layer.does("batch_norm")),
    Reading("Group Normalization", "group normalisation", layer.does("group_norm")),
    Reading("InPlace-ABN", "batch normalisation and a leaky ReLU in one module",
            layer.activates_in_norm, unless=_FORM),
    Reading("ReLU", "ReLU, max(x, 0)", layer.does("relu")),
    Reading("ReLU6", "ReLU cut off at 6", layer.rectified_to_six),
    Reading("Leaky ReLU", "leaky ReLU", layer.does("leaky_relu")),
    Reading("Swish", "SiLU, x · sigmoid(x)", layer.swish),
    Reading("Hard Swish", "hard swish, x · relu6(x + 3) / 6", layer.hard_swish),
    Reading("Mish", "mish, x · tanh(softplus(x))", layer.mish),
    Reading("Max Pooling", "a map reduced to the maxima of windows", layer.takes_maxima),
    Reading("Average Pooling", "a map averaged, over windows or over all of it", layer.averages),
    Reading("Global Average Pooling", "a map averaged over all of its pixels",
            layer.averages_globally),
    Reading("Blur Pooling", _BLUR, layer.blurs),
    Reading("Anti-Alias Downsampling", _BLUR, layer.blurs),
    Reading("Squeeze-and-Excitation Block",
            "channels scaled by gates that learned layers make of the channels' averages",
            layer.excites),
    Reading("Efficient Channel Attention",
            "channels scaled by gates that a convolution over the channels' averages makes",
            layer.attends_to_neighbours),
    Reading("Dropout", "a dropout layer with a rate above 0",
            lambda record: any(layer.dropout_rates(record)), unless=_TRAINING,
            by_class=False),
    Reading("Softmax", "a softmax", layer.does("softmax", "scaled_dot_product_attention"),
            unless=_LOGITS),
    Reading("Auxiliary Classifier", "a second classifier", _never, unless=_HEAD),
)  # fmt: skip

BLOCKS = (
    Reading("Residual Connection", "a sum of two feature maps of one shape", block.adds_maps),
    Reading("Residual Block", _RESIDUAL, block.has(block.residual)),
    Reading("Bottleneck Residual Block", _BOTTLENECK, block.has(block.bottleneck)),
    Reading("ResNeXt Block", "a bottleneck residual block whose inner convolution is in groups",
            block.has(block.aggregated)),
    Reading("Wide Residual Block",
            "a bottleneck residual block, half as wide inside as outside or more",
            block.has(block.wide)),
    Reading("Inverted Residual Block", _INVERTED, block.has(block.inverted)),
    Reading("FBNet Block", _INVERTED, block.has(block.inverted)),
    Reading("Res2Net Block",
            "a module that convolves parts of a map, each with the last one's result added, and "
            "joins them", block.has(block.within_residual), unless=_FORM),
    Reading("Res2NeXt Block", "a Res2Net block with convolutions in groups",
            block.has(block.within_residual_grouped), unless=_FORM),
    Reading("DLA Residual Block", _RESIDUAL, block.has(block.residual)),
    Reading("DLA Bottleneck Residual Block", _BOTTLENECK, block.has(block.bottleneck)),
    Reading("DPN Block", "a module that sums one part of its map with another, and joins the rest",
            block.has(block.dual_path), unless=_FORM),
    Reading("Dense Block", "layers of which each is given the outputs of all before it, joined",
            block.densely_joined),
    Reading("One-Shot Aggregation", "a block's input and the outputs of its layers, joined once",
            block.one_shot, unless=_FORM),
    Reading("SelecSLS Block", "the outputs of three stages, the later two half as wide, joined",
            block.has(block.stage_joining), unless=_FORM),
    Reading("Selective Kernel", "branches of convolutions weighed by a softmax over the branches",
            block.selects_kernels, unless=_FORM),
    Reading("Split Attention",
            "parts of a grouped convolution's map weighed by gates made of their averages",
            block.splits_attention, unless=_FORM),
    Reading("Inception-v3 Module", "three branches or more, convolved and pooled, joined",
            block.has(block.inception), unless=_FORM),
    Reading("Inception-A", "four branches of convolutions up to 3×3, joined",
            block.has(block.branching(_SQUARE)), unless=_FORM),
    Reading("Inception-B", "four branches of convolutions with windows of 1×7 and 7×1, joined",
            block.has(block.branching(_LINES)), unless=_FORM),
    Reading("Inception-C", "branches of convolutions with windows of 1×3 and 3×1, joined",
            block.has(block.branching(_SHORT_LINES)), unless=_FORM),
    Reading("Reduction-A", "branches of 3×3 convolutions and of maxima, joined at half the sides",
            block.has(block.reducing(_SQUARE)), unless=_FORM),
    Reading("Reduction-B",
            "branches of 1×7, 7×1 and 3×3 convolutions and of maxima, joined at half the sides",
            block.has(block.reducing(_SQUARE | _LINES)), unless=_FORM),
    Reading("Inception-ResNet-v2-A",
            "branches of convolutions up to 3×3, joined, and added to the block's input",
            block.has(block.branching_residual(_SQUARE)), unless=_FORM),
    Reading("Inception-ResNet-v2-B",
            "branches with windows of 1×7 and 7×1, joined, and added to the block's input",
            block.has(block.branching_residual(_LINES)), unless=_FORM),
    Reading("Inception-ResNet-v2-C",
            "branches with windows of 1×3 and 3×1, joined, and added to the block's input",
            block.has(block.branching_residual(_SHORT_LINES)), unless=_FORM),
    Reading("Inception-ResNet-v2 Reduction-B",
            "four branches of 3×3 convolutions and of maxima, joined at half the sides",
            block.has(block.reducing(_SQUARE, least=4)), unless=_FORM),
)  # fmt: skip
