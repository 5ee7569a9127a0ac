"""Aliasing of the second layer by the stride of what is before it.

The second layer's convolution reads the first layer's maps on a grid of p pixels of the image (conv1 4 x pool1 2 = 8
in AlexNet, 2 x 2 = 4 in ZFNet). Waves faster than the Nyquist frequency 1/(2p) of that grid are folded onto slower ones
there, and the layer answers them as if they were these. How much of its answer is of that kind shows when the image is
moved: let a_k(x) be the activation of filter k where the image was moved by x pixels, from pixel to pixel, and A_k(f)
the Fourier transform of a_k along rows, or columns, Hann-windowed, without its mean. Then

    aliasing = sum of |A_k(f)|^2 over f > 1/(2p)  /  sum of |A_k(f)|^2 over f > 0

summed over images, filters, lines and both directions. A layer that follows the motion smoothly has 0; one that
flickers from pixel to pixel has 1; without stride p is 1 and the score 0 by definition.
"""

import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph

__all__ = ["Aliasing"]

Pair = tuple[int, int]


def _powers(dense: tf.Tensor, grid: int) -> tf.Tensor:
    """The power above the Nyquist frequency of a grid, and all of it, of signals along the last axis."""
    length = dense.shape[-1]
    window = tf.constant(np.hanning(length + 2)[1:-1], dense.dtype)
    mean = tf.reduce_sum(dense * window, -1, keepdims=True) / tf.reduce_sum(window)
    power = tf.reduce_sum(tf.square(tf.abs(tf.signal.rfft((dense - mean) * window))), list(range(dense.shape.rank - 1)))
    # rfft does not count the negative frequencies, which have the same power; the last of an even length has none.
    power *= tf.constant([2.0] * (length // 2) + [1.0 if length % 2 == 0 else 2.0])
    high = np.fft.rfftfreq(length) > 1 / (2 * grid)
    return tf.stack([tf.reduce_sum(power[high]), tf.reduce_sum(power[1:])])


class Aliasing:
    """The aliasing score of a layer, summed up while images stream by.

    Args:
        graph: The network.
        layer: Name of the layer.
        stride: How far apart in the image its units are: rows, columns.
        grid: The same of the units that its convolution reads: p.
        side: Of the square images that the network is given. Those that `update` takes are larger by `margin`.
    """

    def __init__(self, graph: Graph, layer: str, stride: Pair, grid: Pair, side: int):
        self.margin = max(stride) - 1
        self._graph, self._layer, self._stride, self._grid, self._side = graph, layer, stride, grid, side
        self._high = self._total = 0.0
        length = side + self.margin
        spec = tf.TensorSpec((None, length, length, 3))
        self._measure = tf.function(self._batch, input_signature=[spec], autograph=False)

    def update(self, images: np.ndarray) -> None:
        """Adds images, float32 `(batch, side + margin, side + margin, 3)` in [0, 1]."""
        if max(self._grid) > 1:
            high, total = self._measure(tf.constant(images)).numpy()
            self._high += float(high)
            self._total += float(total)

    @property
    def score(self) -> float:
        """In [0, 1]; 0 is good."""
        return self._high / self._total if self._total else 0.0

    def _batch(self, images: tf.Tensor) -> tf.Tensor:
        directions = zip((1, 2), self._stride, self._grid, strict=True)
        return sum(_powers(self._dense(images, axis, stride), grid) for axis, stride, grid in directions)

    def _dense(self, images: tf.Tensor, axis: int, stride: int) -> tf.Tensor:
        """The activations for each motion by one pixel along an axis, which becomes the last."""

        def moved(shift):
            start = [0, shift, 0, 0] if axis == 1 else [0, 0, shift, 0]
            image = tf.slice(images, start, [-1, self._side, self._side, 3])
            image = tf.ensure_shape(image, (None, self._side, self._side, 3))
            return self._graph.features(image, [self._layer])[self._layer]

        maps = tf.map_fn(moved, tf.range(stride), fn_output_signature=tf.float32, parallel_iterations=1)
        maps = tf.transpose(maps, [1, 4, 3, 2, 0] if axis == 1 else [1, 4, 2, 3, 0])
        _, filters, lines, places, _ = maps.shape
        return tf.reshape(maps, [-1, filters, lines, places * stride])
