"""Receptive fields: the pixels that a unit of a feature map depends on.

Along one axis unit i of a layer sees the pixels from `offset + stride i` to `offset + stride i + size`. A window of k
cells, d apart, with stride s and p cells of padding before it makes of (size, stride, offset)

    size + (k - 1) d stride,  stride s,  offset - p stride

(Dumoulin and Visin 2016, "A guide to convolution arithmetic"; Araujo, Norris and Sim 2019, "Computing receptive
fields").
"""

from dataclasses import dataclass, replace

import keras

from nst_tf.backbones.graph import Graph, Step
from nst_tf.errors import InputError
from nst_tf.layers import ContrastNorm, Preprocess, ReplicatePad, SubtractMean
from nst_tf.layers.pool import Pool2D

__all__ = ["POOLS", "ReceptiveField", "receptive_field"]

layers = keras.layers
POOLS = (Pool2D, layers.MaxPooling2D, layers.AveragePooling2D)
WINDOWS = (layers.Conv2D, layers.DepthwiseConv2D, *POOLS)
POINTWISE = (
    *(layers.InputLayer, layers.Identity, layers.Dropout, layers.SpatialDropout2D, layers.GaussianNoise),
    *(layers.Rescaling, layers.Normalization, Preprocess, SubtractMean, layers.BatchNormalization, ContrastNorm),
    *(layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU),
    *(layers.Add, layers.Subtract, layers.Average, layers.Multiply, layers.Maximum, layers.Concatenate),
)
POINTWISE_OPERATIONS = ("Add", "Subtract", "Multiply", "TrueDivide", "Concatenate", "Relu", "Relu6")

Pair = tuple[int, int]


@dataclass(frozen=True)
class _Axis:
    """One axis of a feature map: `count` units, and what they see."""

    size: int
    stride: int
    offset: int
    count: int

    def window(self, cells: int, stride: int, padding: str) -> "_Axis":
        before, count = 0, (self.count - cells) // stride + 1
        if padding == "same":
            count = -(-self.count // stride)
            before = max((count - 1) * stride + cells - self.count, 0) // 2
        size = self.size + (cells - 1) * self.stride
        return _Axis(size, self.stride * stride, self.offset - before * self.stride, count)

    def pad(self, before: int, after: int) -> "_Axis":
        """With further units at both ends; fewer, where negative."""
        return replace(self, offset=self.offset - before * self.stride, count=self.count + before + after)

    def join(self, other: "_Axis") -> "_Axis":
        """The axis of a unit that depends on the same unit of both."""
        offset = min(self.offset, other.offset)
        return replace(self, offset=offset, size=max(self.offset + self.size, other.offset + other.size) - offset)


_Axes = tuple[_Axis, ...]  # of the rows and of the columns


@dataclass(frozen=True)
class ReceptiveField:
    """What the units of one layer see of images of one size; all in pixels, rows before columns.

    Attributes:
        size: Height and width of the receptive field, padding included.
        stride: How far apart those of neighbouring units are; 0 if every unit sees the whole image.
        offset: Where that of the first unit begins; negative where it begins in the padding.
        count: Rows and columns of the layer's maps; (1, 1) if every unit sees the whole image.
        image: Height and width of the images.
    """

    size: Pair
    stride: Pair
    offset: Pair
    count: Pair
    image: Pair

    @property
    def whole(self) -> bool:
        """Whether every unit sees the whole image."""
        return self.stride == (0, 0)

    def span(self, position: Pair) -> tuple[int, int, int, int]:
        """The receptive field of the unit at `(row, column)`, padding included: top, left, bottom, right.

        The last two are exclusive; all may lie outside the image.
        """
        top, left = (start + step * int(at) for start, step, at in zip(self.offset, self.stride, position, strict=True))
        return top, left, top + self.size[0], left + self.size[1]

    def box(self, position: Pair) -> tuple[int, int, int, int]:
        """The pixels of the image that the unit at `(row, column)` sees: top, left, and exclusive bottom and right."""
        sides = zip(self.span(position), 2 * self.image, strict=True)
        top, left, bottom, right = (min(max(edge, 0), side) for edge, side in sides)
        return top, left, bottom, right


def _pairs(value) -> tuple:
    return tuple(value) if isinstance(value, (list, tuple)) else (value, value)


def _windows(step: Step, axes: _Axes) -> _Axes:
    layer = step.operation
    sides = getattr(layer, "kernel_size", None) or layer.pool_size
    rates = _pairs(getattr(layer, "dilation_rate", 1))
    cells = [(side - 1) * rate + 1 for side, rate in zip(_pairs(sides), rates, strict=True)]
    steps = zip(axes, cells, _pairs(layer.strides), strict=True)
    return tuple(axis.window(count, stride, layer.padding) for axis, count, stride in steps)


def _margins(operation) -> tuple | None:
    """What is added above, below, left and right, as pairs; `None` for what is no padding."""
    if isinstance(operation, layers.ZeroPadding2D):
        return operation.padding
    if isinstance(operation, layers.Cropping2D):
        return tuple((-before, -after) for before, after in operation.cropping)
    return ((operation.pixels,) * 2,) * 2 if isinstance(operation, ReplicatePad) else None


def _through(step: Step, inputs: list[_Axes], by_place: bool) -> _Axes | None:
    """The axes after a step; `None` where every unit may see the whole image."""
    operation, axes = step.operation, inputs[0]
    if isinstance(operation, WINDOWS):
        return _windows(step, axes)
    if isinstance(operation, ReplicatePad) and not by_place and max(axis.size for axis in axes) > 1:
        return None  # what is repeated sees other pixels than its place says
    if margins := _margins(operation):
        return tuple(axis.pad(*margin) for axis, margin in zip(axes, margins, strict=True))
    if not isinstance(operation, POINTWISE) and type(operation).__name__ not in POINTWISE_OPERATIONS:
        return None
    for other in inputs[1:]:
        if any(a.stride != b.stride for a, b in zip(axes, other, strict=True)):
            return None
        axes = tuple(a.join(b) for a, b in zip(axes, other, strict=True))
    return axes


def _check_size(graph: Graph, height: int, width: int) -> None:
    rows, columns = graph.model.inputs[0].shape[1:3]
    if rows not in (None, height) or columns not in (None, width):
        raise InputError(f"{graph.model.name} takes images of {columns}x{rows} pixels only, not of {width}x{height}")


def receptive_field(graph: Graph, layer: str, height: int, width: int, *, by_place: bool = False) -> ReceptiveField:
    """The receptive fields of a layer's units; exact for convolutions, poolings, padding and what is done pointwise.

    A unit behind anything else (a dense layer, an attention, a resampling) is said to see the whole image.

    Args:
        graph: Of the network; of a part of it, what is said of images here is meant of the maps that it takes.
        layer: Name of the layer.
        height: Of the images, in pixels: "same" padding depends on it.
        width: See `height`.
        by_place: Whether what is repeated beyond an edge counts as what its place says. Near the edges, units may then
            see further inwards than is said; else every unit is said to see the whole image.

    Raises:
        InputError: The layer is unknown, or the network does not take images of this size.
    """
    _check_size(graph, height, width)
    seen = {graph.start: tuple(_Axis(1, 1, 0, side) for side in (height, width))}
    for step in graph.upto([layer]):
        inputs = [seen[number] for number in step.inputs]
        axes = None if None in inputs else _through(step, inputs, by_place)
        if axes is not None and min(axis.count for axis in axes) < 1:
            raise InputError(
                f"images of {width}x{height} pixels are too small for the layer {layer!r}; make them larger"
            )
        seen.update(dict.fromkeys(step.outputs, axes))
    axes = seen[graph.step(layer).outputs[0]]
    if axes is None:
        return ReceptiveField((height, width), (0, 0), (0, 0), (1, 1), (height, width))
    facts = (tuple(getattr(axis, name) for axis in axes) for name in ("size", "stride", "offset", "count"))
    return ReceptiveField(*facts, (height, width))
