"""Squares and crops of images as the paper takes them (Zeiler and Fergus 2013, section 3): of the centre square of an
image, 256x256 pixels for a network of 224x224, a random crop to train with and ten crops to judge by.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from nst_tf.images.identify import open_image
from nst_tf.images.quiet import quiet_decoders

__all__ = ["centre_crop", "random_crop", "read_square", "readable_crops", "square_side", "ten_crops"]

PAPER_SIDE, PAPER_SQUARE = 224, 256
MOST_PIXELS = 2**26  # of an image to train with: about 1 GB while it is read


def square_side(side: int) -> int:
    """The side of the square that crops of `side` pixels are taken from, in the paper's proportion."""
    return round(side * PAPER_SQUARE / PAPER_SIDE)


def read_square(path: tf.Tensor, side: int) -> tf.Tensor:
    """The centre square of an image file, float32 `(side, side, 3)` in [0, 1].

    JPEG, PNG, GIF (its first frame), BMP and WebP, whatever the extension; the EXIF orientation is ignored.
    """
    image = tf.io.decode_image(tf.io.read_file(path), 3, expand_animations=False)
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    shorter = tf.minimum(height, width)
    top, left = (height - shorter) // 2, (width - shorter) // 2
    square = image[top : top + shorter, left : left + shorter]
    square = tf.image.resize(square, (side, side), antialias=True) / 255
    return tf.ensure_shape(square, (side, side, 3))


def random_crop(square: tf.Tensor, side: int, seed: tf.Tensor) -> tf.Tensor:
    """A crop of `(side, side, 3)`, mirrored half the time; a function of the `(2,)` whole numbers of `seed`."""
    room = tf.shape(square)[0] - side + 1
    corner = tf.random.stateless_uniform([2], seed, maxval=room, dtype=tf.int32)
    crop = tf.slice(square, [corner[0], corner[1], 0], [side, side, 3])
    mirrored = tf.random.stateless_uniform([], seed + 1) < 0.5
    return tf.where(mirrored, crop[:, ::-1], crop)


def centre_crop(square: tf.Tensor, side: int) -> tf.Tensor:
    """The central `(side, side, 3)`."""
    start = (square.shape[0] - side) // 2
    return square[start : start + side, start : start + side]


def ten_crops(square: tf.Tensor, side: int) -> tf.Tensor:
    """The four corners and the centre, then the same mirrored: `(10, side, side, 3)`."""
    far = square.shape[0] - side
    corners = [square[top : top + side, left : left + side] for top in (0, far) for left in (0, far)]
    crops = tf.stack([*corners, centre_crop(square, side)])
    return tf.concat([crops, crops[:, :, ::-1]], axis=0)


def readable_crops(files: Sequence[Path], side: int, skipped: dict[str, str]) -> Iterator[np.ndarray]:
    """The central crops of those images that can be read, in order.

    Args:
        files: Image files.
        side: Of the crops, in pixels.
        skipped: Takes the path of each unreadable file with the reason.

    Yields:
        float32 `(side, side, 3)` in [0, 1].
    """

    skipped.update({str(file): reason for file in files if (reason := _too_large(file))})
    files = [file for file in files if str(file) not in skipped]
    if not files:
        return

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


def _too_large(file: Path) -> str | None:
    """Why a file must not even be decoded; several are at the same time."""
    try:
        with file.open("rb") as stream, quiet_decoders():
            width, height = open_image(stream).size
    except Exception:  # Decoders have many; TensorFlow is asked what it is.
        return None
    return None if width * height <= MOST_PIXELS else f"it has {width}x{height} pixels, more than {MOST_PIXELS}"


def _reason(file: Path) -> str:
    try:
        read_square(tf.constant(str(file)), 1)
    except tf.errors.OpError as error:
        message = error.message.rpartition("}} ")[2].partition(" [Op:")[0]
        # What TensorFlow says of damaged data is the name of a function of a decoder.
        return message if message.startswith(("Unknown", "Input is empty")) else "it is damaged or truncated"
    return "it could not be read at first"
