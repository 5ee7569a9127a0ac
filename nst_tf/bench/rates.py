"""How fast an objective is evaluated, as a fraction of what the machine can multiply."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import keras
import tensorflow as tf

__all__ = ["Rates", "convolution_flops", "measure_rates"]

SIDE = 3072  # of the matrices: large enough for full speed
ROUNDS = 9


@dataclass(frozen=True)
class Rates:
    """Medians of several turns, in each of which both were timed, so that both saw the same machine.

    Attributes:
        matmul: Rate of a large float32 matrix product, in GFLOP/s.
        evaluation: Rate of one value and gradient, counting the network's convolutions only, in GFLOP/s.
        seconds: Time of one value and gradient.
        fraction: The evaluation's rate over the matrix product's.
    """

    matmul: float
    evaluation: float
    seconds: float
    fraction: float


def convolution_flops(extractor: keras.Model, height: int, width: int) -> float:
    """Operations of the convolutions for one image, forward: two for each multiplication and addition.

    A backward pass to the image takes as many again, and the gradient of the weights is not needed.
    """
    shape, total = (1, height, width, 3), 0.0
    sizes = {}
    for layer in extractor.layers[1:]:
        before = sizes.get(layer.input.name, shape)
        sizes[layer.output.name] = after = layer.compute_output_shape(before)
        if isinstance(layer, keras.layers.Conv2D):
            rows, columns, taken, made = layer.kernel.shape
            total += 2.0 * rows * columns * taken * made * after[1] * after[2]
    return total


def _seconds(compute: Callable[[], tf.Tensor]) -> float:
    started = time.perf_counter()
    compute().numpy()
    return time.perf_counter() - started


def measure_rates(evaluate: Callable[[], tf.Tensor], flops: float) -> Rates:
    """Times an evaluation and a matrix product in turns, so that both see the same machine.

    Args:
        evaluate: One compiled value and gradient, called once before to compile it; returns a small tensor.
        flops: Operations of one.
    """
    matrix = tf.random.stateless_uniform([SIDE, SIDE], seed=[0, 0])
    product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0])
    product(), evaluate()
    turns = [(_seconds(product), _seconds(evaluate)) for _ in range(ROUNDS)]
    matmul = [2e-9 * SIDE**3 / seconds for seconds, _ in turns]
    evaluation = [1e-9 * flops / seconds for _, seconds in turns]
    fraction = [ours / theirs for ours, theirs in zip(evaluation, matmul, strict=True)]
    return Rates(median(matmul), median(evaluation), median(seconds for _, seconds in turns), median(fraction))
