"""One pass over the images of a folder before it is trained on: what cannot be read, and the mean image."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.training.class_folders import ClassFolders
from nst_tf.training.crops import centre_crop, read_square, square_side

__all__ = ["readable_crops", "survey"]


def survey(folders: ClassFolders, side: int) -> tuple[np.ndarray, dict[str, str]]:
    """The mean image and the unreadable files of a data set; memory does not grow with it.

    Args:
        folders: The images.
        side: Of the network's input, in pixels.

    Returns:
        The mean of the central crops of the training images, float32 `(side, side, 3)` in [0, 1], and the path of each
        unreadable file within the folder with the reason.

    Raises:
        InputError: No image to train with can be read.
    """
    skipped: dict[str, str] = {}
    total, count = np.zeros((side, side, 3)), 0
    for crop in readable_crops(folders.train.files, side, skipped):
        total += crop
        count += 1
    if not count:
        raise InputError(f"none of the {len(folders.train.files)} images to train with in {folders.folder} can be read")
    for _ in readable_crops(folders.held_out.files, side, skipped):
        pass
    return (total / count).astype(np.float32), folders.within(skipped)


def readable_crops(files: Sequence[Path], side: int, skipped: dict[str, str]) -> Iterator[np.ndarray]:
    """The central crops of those images that can be read, in order.

    Args:
        files: Image files.
        side: Of the crops, in pixels.
        skipped: Takes the path of each unreadable file with the reason.

    Yields:
        float32 `(side, side, 3)` in [0, 1].
    """

    def example(index, path):
        return index, centre_crop(read_square(path, square_side(side)), side)

    paths = tf.data.Dataset.from_tensor_slices([str(file) for file in files]).enumerate()
    crops = paths.map(example, tf.data.AUTOTUNE).ignore_errors().prefetch(tf.data.AUTOTUNE)
    expected = 0
    for index, crop in crops.as_numpy_iterator():
        skipped.update((str(file), _reason(file)) for file in files[expected:index])
        expected = index + 1
        yield crop
    skipped.update((str(file), _reason(file)) for file in files[expected:])


def _reason(file: Path) -> str:
    try:
        read_square(tf.constant(str(file)), 1)
    except tf.errors.OpError as error:
        message = error.message.rpartition("}} ")[2].partition(" [Op:")[0]
        # What TensorFlow says of damaged data is the name of a function of a decoder.
        return message if message.startswith(("Unknown", "Input is empty")) else "it is damaged or truncated"
    return "it could not be read at first"
