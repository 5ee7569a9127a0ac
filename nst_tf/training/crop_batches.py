"""Random crops at random scales. What an update shows is a function of the seed and its number, so that a run that was
cut off sees on its resumption what it would have seen.
"""

import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

__all__ = ["crop_batches"]


def crop_batches(
    files: Sequence[str | os.PathLike], context: tf.distribute.InputContext, *, side: int, batch: int, seed: int,
    first: int,
) -> tf.data.Dataset:  # fmt: skip
    """Crops for one worker, from an update on without an end: every image in turn, in a new order each time round.

    A crop is a square of between `side` pixels and all of the image, brought to `side`.

    Args:
        files: The images.
        context: Which worker of how many, and how many replicas there are.
        side: Of the crops, in pixels.
        batch: Crops in a batch of all workers together; the replicas divide it.
        seed: Of the orders and the crops.
        first: Number of the first update, from 0.

    Returns:
        Batches for one replica each, float32 `(batch / replicas, side, side, 3)` in [0, 1].
    """
    paths, key = tf.constant([os.fspath(file) for file in files]), tf.constant([seed, 1], tf.int64)
    share = batch // context.num_input_pipelines

    def mine(update):
        begin = update * batch + context.input_pipeline_id * share
        return tf.data.Dataset.range(begin, begin + share)

    def crop(number):
        turn, place = number // len(files), number % len(files)
        order = tf.random.experimental.stateless_shuffle(tf.range(len(files)), _fold(key, turn))
        return _random_crop(_read(paths[order[place]]), side, _fold(key, -1 - number))

    numbers = tf.data.Dataset.range(first, np.iinfo(np.int64).max).flat_map(mine)
    crops = numbers.map(crop, tf.data.AUTOTUNE, deterministic=True)
    return crops.batch(batch // context.num_replicas_in_sync, drop_remainder=True).prefetch(tf.data.AUTOTUNE)


def _fold(key: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.random.experimental.stateless_fold_in(key, number), tf.int64)


def _read(path: tf.Tensor) -> tf.Tensor:
    return tf.io.decode_image(tf.io.read_file(path), 3, expand_animations=False)


def _random_crop(image: tf.Tensor, side: int, seed: tf.Tensor) -> tf.Tensor:
    shorter = tf.cast(tf.minimum(tf.shape(image)[0], tf.shape(image)[1]), tf.float32)
    drawn = tf.random.stateless_uniform([4], seed)
    least = tf.minimum(tf.cast(side, tf.float32), shorter)
    region = tf.cast(least * (shorter / least) ** drawn[0], tf.int32)  # all scales alike
    room = tf.cast(tf.shape(image)[:2] - region + 1, tf.float32)
    top, left = tf.unstack(tf.cast(drawn[1:3] * room, tf.int32))
    square = tf.cast(image[top : top + region, left : left + region], tf.float32) / 255
    crop = tf.clip_by_value(tf.image.resize(square, (side, side), "bicubic", antialias=True), 0, 1)
    return tf.ensure_shape(tf.where(drawn[3] < 0.5, crop[:, ::-1], crop), (side, side, 3))
