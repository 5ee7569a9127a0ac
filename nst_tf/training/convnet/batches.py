"""Input pipelines. What an epoch shows, and in which order, is a function of the seed and the number of the epoch, so a
run that was cut off sees on its resumption what it would have seen. Only the names of the files stay in memory.
"""

import numpy as np
import tensorflow as tf

from nst_tf.training.convnet.class_folders import Labelled
from nst_tf.training.crops import random_crop, read_square, square_side, ten_crops

__all__ = ["evaluation_batches", "training_batches"]


def training_batches(
    images: Labelled, context: tf.distribute.InputContext, *, side: int, batch: int, seed: int, epoch: int
) -> tf.data.Dataset:
    """Random crops for one worker, from an epoch on without an end.

    Every epoch is a new shuffle of the images; what does not fill a last batch is left out of it.

    Args:
        images: All images to train with.
        context: Which worker of how many, and how many replicas there are.
        side: Of the crops, in pixels.
        batch: Images in a batch of all workers together; the replicas divide it.
        seed: Of the shuffles and the crops.
        epoch: The first one, from 0.

    Returns:
        Batches for one replica each: images float32 `(batch / replicas, side, side, 3)` in [0, 1], labels int32.
    """
    files, labels = _columns(images)
    key = tf.constant([seed, 0], tf.int64)

    def order(epoch):
        drawn = tf.random.experimental.stateless_shuffle(tf.range(len(labels)), _fold(key, epoch))
        mine = _share(drawn[: len(labels) // batch * batch], batch, context)
        return tf.data.Dataset.from_tensor_slices(mine).map(lambda index: (epoch, index))

    def example(epoch, index):
        square = read_square(tf.gather(files, index), square_side(side))
        return random_crop(square, side, _fold(_fold(key, epoch), index)), tf.gather(labels, index)

    epochs = tf.data.Dataset.range(epoch, np.iinfo(np.int64).max).flat_map(order)
    return _batched(epochs.map(example, tf.data.AUTOTUNE), batch // context.num_replicas_in_sync)


def evaluation_batches(
    images: Labelled, context: tf.distribute.InputContext, *, side: int, batch: int
) -> tf.data.Dataset:
    """The ten crops of each image for one worker, once.

    Args:
        images: All images to judge by.
        context: Which worker of how many, and how many replicas there are.
        side: Of the crops, in pixels.
        batch: Images in a batch of all workers together; the replicas divide it.

    Returns:
        Batches for one replica each: crops `(batch / replicas, 10, side, side, 3)` in [0, 1], labels int32, and
        weights float32: 0 for what only fills up the last batch, otherwise 1.
    """
    files, labels = _columns(images)
    padded = np.full(-(-len(labels) // batch) * batch, -1, np.int32)
    padded[: len(labels)] = np.arange(len(labels))

    def example(index):
        real = tf.maximum(index, 0)
        crops = ten_crops(read_square(tf.gather(files, real), square_side(side)), side)
        return crops, tf.gather(labels, real), tf.cast(index >= 0, tf.float32)

    mine = tf.data.Dataset.from_tensor_slices(_share(padded, batch, context))
    return _batched(mine.map(example, tf.data.AUTOTUNE), batch // context.num_replicas_in_sync)


def _columns(images: Labelled) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.constant([str(file) for file in images.files]), tf.constant(images.labels, tf.int32)


def _fold(key: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.random.experimental.stateless_fold_in(key, tf.cast(number, tf.int64)), tf.int64)


def _share(indices, batch: int, context: tf.distribute.InputContext) -> tf.Tensor:
    """One worker's part of every batch."""
    workers = context.num_input_pipelines
    return tf.reshape(tf.reshape(indices, [-1, workers, batch // workers])[:, context.input_pipeline_id], [-1])


def _batched(examples: tf.data.Dataset, batch: int) -> tf.data.Dataset:
    return examples.batch(batch, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
