"""What the deconvnet does in the place of each layer on the way down, and the layers that have no such inverse.

Zeiler and Fergus 2013, section 2.1: unpool through the switches, rectify, filter with the transposed kernels. The
rest follows from these: a layer that is linear (biases aside) is replaced by its transpose, as a convolution is, and
what the forward pass has decided (the switches, the divisor of a contrast normalisation) is kept as it was.
"""

from collections.abc import Callable
from functools import partial

import keras
import tensorflow as tf

from nst_tf.backbones.graph import Step, is_relu
from nst_tf.errors import InputError
from nst_tf.layers import ContrastNorm, Preprocess, ReplicatePad, ScaledAveragePool, SubtractMean, SwitchMaxPool
from nst_tf.layers.switches import max_pool_switches, unpool

__all__ = ["check_invertible", "invert"]

layers = keras.layers
LINEAR = (
    *(layers.InputLayer, layers.Identity, layers.Dropout, layers.SpatialDropout2D, layers.GaussianNoise),
    *(layers.Rescaling, layers.Normalization, Preprocess, SubtractMean, layers.BatchNormalization),
    *(layers.ZeroPadding2D, layers.Cropping2D, ReplicatePad, layers.UpSampling2D, layers.Conv2DTranspose),
    *(layers.AveragePooling2D, ScaledAveragePool, layers.GlobalAveragePooling2D),
    *(layers.Flatten, layers.Reshape, layers.Permute, layers.Dense),
    *(layers.Add, layers.Subtract, layers.Average, layers.Concatenate),
)
# Operations of `keras.ops`, whose classes are not public. Products and quotients are linear in one tensor only.
LINEAR_OPERATIONS = ("Add", "Subtract", "Concatenate", "Reshape", "GetItem", "Mean")
MAX_POOLS = (SwitchMaxPool, layers.MaxPooling2D)


def _is_linear(step: Step) -> bool:
    operation = step.operation
    if isinstance(operation, layers.Activation):
        return operation.activation is keras.activations.linear
    if isinstance(operation, layers.Conv2DTranspose):
        return operation.activation is keras.activations.linear
    kind = type(operation).__name__
    if kind == "TrueDivide":
        _, arguments = step.call.args  # of `Graph`
        return len(step.inputs) == 1 and isinstance(arguments.args[0], keras.KerasTensor)
    return isinstance(operation, LINEAR) or kind in LINEAR_OPERATIONS or (kind == "Multiply" and len(step.inputs) == 1)


def _dilated(kernel: tf.Tensor, rates: tuple[int, int]) -> tf.Tensor:
    """The kernel with zeros between its cells: the transposed operations have no dilation on CPUs."""
    rows, columns, *channels = kernel.shape
    spread = tf.reshape(kernel, [rows, 1, columns, 1, *channels])
    spread = tf.pad(spread, [(0, 0), (0, rates[0] - 1), (0, 0), (0, rates[1] - 1), (0, 0), (0, 0)])
    spread = tf.reshape(spread, [rows * rates[0], columns * rates[1], *channels])
    return spread[: (rows - 1) * rates[0] + 1, : (columns - 1) * rates[1] + 1]


def _like(signal: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """The shape of `x` for as many images as there are signals."""
    return tf.concat([tf.shape(signal)[:1], tf.shape(x)[1:]], 0)


def _transposed_convolution(step: Step, signal: tf.Tensor, x: tf.Tensor) -> list[tf.Tensor]:
    layer = step.operation
    kernel = _dilated(tf.cast(layer.kernel, signal.dtype), layer.dilation_rate)
    height, width = tf.unstack(tf.shape(x)[1:3])
    shape = [tf.shape(signal)[0], height, width, kernel.shape[2]]
    parts = zip(tf.split(signal, layer.groups, -1), tf.split(kernel, layer.groups, -1), strict=True)
    options = {"strides": layer.strides, "padding": layer.padding.upper()}
    return [tf.concat([tf.nn.conv2d_transpose(part, own, shape, **options) for part, own in parts], -1)]


def _transposed_depthwise(step: Step, signal: tf.Tensor, x: tf.Tensor) -> list[tf.Tensor]:
    layer = step.operation
    kernel = _dilated(tf.cast(layer.kernel, signal.dtype), layer.dilation_rate)
    strides = (1, *layer.strides, 1)
    return [tf.nn.depthwise_conv2d_backprop_input(_like(signal, x), kernel, signal, strides, layer.padding.upper())]


def _transposed(step: Step, signal: tf.Tensor, *inputs: tf.Tensor) -> list[tf.Tensor]:
    """The transpose of what is linear but for a constant: its derivative, which is the same at every point."""
    points = [tf.zeros(_like(signal, x), x.dtype) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(points)
        made = step.call(points)[0]
    return tape.gradient(made, points, signal, tf.UnconnectedGradients.ZERO)


def _unpooled(step: Step, signal: tf.Tensor, x: tf.Tensor, overlap: str) -> list[tf.Tensor]:
    layer = step.operation
    window = tuple(layer.pool_size), tuple(layer.strides), layer.padding
    _, within = max_pool_switches(x, *window)
    height, width = tf.unstack(tf.shape(x)[1:3])
    return [unpool(signal, within, height, width, *window, overlap)]


def _kind(step: Step, overlap: str = "sum") -> Callable | None:
    """The function that takes a signal down through this step; `None` if there is none."""
    operation = step.operation
    if getattr(operation, "data_format", None) == "channels_first":
        return None
    if isinstance(operation, MAX_POOLS):
        return partial(_unpooled, overlap=overlap)
    if isinstance(operation, layers.Conv2D):
        return _transposed_convolution
    if isinstance(operation, layers.DepthwiseConv2D):
        return _transposed_depthwise
    if isinstance(operation, ContrastNorm):
        return lambda step, signal, x: [signal * operation.divisor(x)]
    if is_relu(operation):
        return lambda step, signal, x: [tf.nn.relu(signal)]
    return _transposed if _is_linear(step) else None


def check_invertible(steps: list[Step]) -> None:
    """Refuses steps through which the deconvnet cannot go down.

    Raises:
        InputError: Names the first such layer.
    """
    for step in steps:
        if _kind(step) is None:
            kind = type(step.operation).__name__
            raise InputError(
                f"the layer {step.name!r} ({kind}) has no inverse in the deconvnet; choose a layer before it, "
                "or the rule 'gradient' or 'guided'"
            )


def invert(step: Step, signal: tf.Tensor, inputs: list[tf.Tensor], overlap: str = "sum") -> list[tf.Tensor]:
    """Takes a signal down through one step by the deconvnet's rule.

    Args:
        step: One that `check_invertible` passes.
        signal: In the shape of the step's output, for any number of images n.
        inputs: What the step took in the forward pass, for n images or for one that serves all.
        overlap: Of `nst_tf.layers.switches.unpool`.

    Returns:
        The signals for the inputs, in their shapes for n images.
    """
    down = _kind(step, overlap)
    assert down is not None, step.name
    return down(step, signal, *inputs)
