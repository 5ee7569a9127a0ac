"""Evaluation by ten crops (Zeiler and Fergus 2013, section 3): the mean of a network's probabilities over the four
corners and the centre of an image, and the same mirrored.
"""

import functools
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from nst_tf.training.convnet.batches import evaluation_batches
from nst_tf.training.convnet.class_folders import Labelled

__all__ = ["TenCrop", "ten_crop_judge"]

IMAGES_PER_REPLICA = 16
LEAST_PROBABILITY = 1e-12


class TenCrop(keras.callbacks.Callback):
    """Adds `val_loss`, `val_error` and `val_top5_error` to the logs of each epoch, see `ten_crop_judge`.

    Args:
        images: To judge by.
        strategy: In whose scope the model was made; every replica judges its part.
        side: Of the model's input, in pixels.
    """

    def __init__(self, images: Labelled, strategy: tf.distribute.Strategy, side: int):
        super().__init__()
        self._how = images, strategy, side

    def on_train_begin(self, logs: Any = None) -> None:
        self._judge = ten_crop_judge(self.model, *self._how)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs.update({f"val_{name}": value for name, value in self._judge().items()})


def ten_crop_judge(
    model: keras.Model, images: Labelled, strategy: tf.distribute.Strategy, side: int
) -> Callable[[], dict[str, float]]:
    """A function that judges a model as it is at the call.

    Args:
        model: Images in [0, 1] to the probabilities of the classes.
        images: To judge by.
        strategy: In whose scope the model was made; every replica judges its part.
        side: Of the model's input, in pixels.

    Returns:
        A function of no arguments that gives `loss`, `error` and `top5_error`: the mean of -log of the true class's
        probability, and the shares of images whose true class is not the most probable one, and not among the five
        most probable (0 for five classes or fewer).
    """
    batch = IMAGES_PER_REPLICA * strategy.num_replicas_in_sync
    batches = strategy.distribute_datasets_from_function(
        functools.partial(evaluation_batches, images, side=side, batch=batch)
    )
    step = _evaluation_step(model, strategy)

    def judge() -> dict[str, float]:
        total = tf.add_n([step(*batch) for batch in batches]) / len(images.labels)
        return dict(zip(("loss", "error", "top5_error"), total.numpy().tolist(), strict=True))

    return judge


def _evaluation_step(model: keras.Model, strategy: tf.distribute.Strategy) -> Callable[..., tf.Tensor]:
    """A function that sums loss, errors and top-5 errors over a batch of `evaluation_batches`."""

    def judge(crops, labels, weights):
        shape = tf.shape(crops)
        each = model(tf.reshape(crops, tf.concat([[-1], shape[2:]], axis=0)), training=False)
        probabilities = tf.reduce_mean(tf.reshape(each, [shape[0], shape[1], -1]), axis=1)
        true = tf.gather(probabilities, labels, axis=1, batch_dims=1)
        wrong = [~tf.math.in_top_k(labels, probabilities, best) for best in (1, 5)]
        columns = [-tf.math.log(tf.maximum(true, LEAST_PROBABILITY)), *(tf.cast(one, tf.float32) for one in wrong)]
        return tf.linalg.matvec(tf.stack(columns), weights)

    @tf.function(autograph=False)
    def step(*batch):
        return strategy.reduce("SUM", strategy.run(judge, args=batch), axis=None)

    return step
