"""What Zeiler and Fergus 2013, section 3, ask of training beyond gradient descent with momentum: filters of limited
size, and a learning rate that falls at a plateau; and what narrow networks need to learn as theirs does.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

__all__ = ["FilterRms", "PlateauAnnealing", "scale_kernels"]

PAPER_POSITIONS = 6 * 6  # of pool5


class FilterRms(keras.callbacks.Callback):
    """Keeps the root mean square of every convolution filter at or below a limit, after every update.

    "We renormalize each filter in the convolutional layers whose RMS value exceeds a fixed radius of 1e-1 to this fixed
    radius." It gives the kernels of the model's `Conv2D` layers a constraint when training begins and takes it away at
    its end: the optimizer applies it within its compiled step, on every replica, and the saved model knows nothing of
    it.

    Args:
        limit: Of the RMS over a filter's height, width and input channels.
    """

    def __init__(self, limit: float = 0.1):
        super().__init__()
        self.limit = limit

    def clip(self, kernel: tf.Tensor) -> tf.Tensor:
        """A `kernel` `(height, width, channels in, filters)` with the filters beyond the limit rescaled to it."""
        rms = tf.sqrt(tf.reduce_mean(tf.square(kernel), axis=(0, 1, 2), keepdims=True))
        return kernel * (self.limit / tf.maximum(rms, self.limit))

    def on_train_begin(self, logs: Any = None) -> None:
        self._constrain(self.clip)

    def on_train_end(self, logs: Any = None) -> None:
        self._constrain(None)

    def _constrain(self, constraint: Callable[[tf.Tensor], tf.Tensor] | None) -> None:
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Conv2D):
                layer.kernel.constraint = constraint


class PlateauAnnealing(keras.callbacks.ReduceLROnPlateau):
    """Divides the learning rate by 10 when the held-out loss has not fallen for a while.

    The paper anneals it "when the validation error plateaus", by hand, and gives no number; factor, patience and least
    rate are ours. It watches the loss, not the rate of errors, which on few images moves in leaps. Its state is a
    function of the epochs so far, so a resumed run replays them.

    Args:
        history: The epochs already done, with their `val_loss`.
        patience: Epochs without a new minimum before the rate falls.
        least: The rate below which it does not fall, as a share of the first rate.
    """

    def __init__(self, history: Sequence[Mapping[str, float]] = (), *, patience: int = 10, least: float = 1e-2):
        super().__init__(monitor="val_loss", factor=0.1, patience=patience, min_delta=0.0)
        self._past = [dict(row) for row in history]
        self._least = least

    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        self.min_lr = self._least * float(self.model.optimizer.learning_rate.numpy())
        for epoch, row in enumerate(self._past):
            self.on_epoch_end(epoch, row)


def scale_kernels(model: keras.Model, width: float) -> None:
    """Enlarges the new kernels of a reduced network until its signals are as large as in the paper's.

    A unit's variance is that of its weights times the number of its inputs. The paper's weights, of deviation 1e-2,
    suit its thousands of inputs; with fewer, the signal fades from layer to layer, and a network of a quarter of the
    width does not learn at all. The full network, and a variant of it without some layers, is left as it is, and so
    is the first layer, whose inputs are always three colours.

    Args:
        model: A new `zfnet` or `alexnet_classifier`.
        width: The share of channels it was made with.
    """
    positions = math.prod(model.get_layer("flatten").input.shape[1:3])
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    for layer in (*convolutions[1:], *dense):
        share = width * positions / PAPER_POSITIONS if layer is dense[0] else width
        layer.kernel.assign(layer.kernel / math.sqrt(share))
