"""The EXIF orientation of a JPEG, in a graph: phones write pictures as the sensor lies, and say how to turn them.

The orientation is the number of tag 0x0112 in the first directory of the TIFF structure behind "Exif".
"""

import tensorflow as tf

__all__ = ["upright"]

EXIF = b"Exif\x00\x00"
LOOKED_AT = 2**16  # bytes; the segment is at the beginning, and cannot be longer
TAG = 0x0112
MOST_ENTRIES = 100  # of the directory; cameras write a dozen
ENTRY = 12  # bytes: tag, type, count, value
# By orientation, from 0, which none has: whether left and right are exchanged, and then quarter turns to the left.
MIRRORED = (False, False, True, False, True, True, False, True, False)
QUARTERS = (0, 0, 0, 2, 2, 1, 3, 3, 1)


def _number(values: tf.Tensor, at: tf.Tensor, length: int, big: tf.Tensor) -> tf.Tensor:
    """The whole number of so many bytes at a place, or at each of several; bytes beyond the end are 0."""
    steps = tf.range(length)
    places = at[..., None] + tf.where(big, steps[::-1], steps)
    inside = (places >= 0) & (places < tf.size(values))
    digits = tf.where(inside, tf.gather(values, tf.where(inside, places, 0)), 0)
    return tf.reduce_sum(tf.bitwise.left_shift(digits, 8 * steps), axis=-1)


def _find(values: tf.Tensor, wanted: bytes) -> tf.Tensor:
    """Where some bytes are found first; -1 if they are nowhere."""
    count = tf.maximum(tf.size(values) - len(wanted) + 1, 0)
    found = tf.reduce_all([values[at : at + count] == byte for at, byte in enumerate(wanted)], axis=0)
    return tf.cond(tf.reduce_any(found), lambda: tf.argmax(found, output_type=tf.int32), lambda: -1)


def _orientation(data: tf.Tensor) -> tf.Tensor:
    """1 to 8; 1 where there is none."""
    values = tf.cast(tf.io.decode_raw(tf.strings.substr(data, 0, LOOKED_AT), tf.uint8), tf.int32)
    exif = _find(values, EXIF)
    start = exif + len(EXIF)
    big = _number(values, start, 1, tf.constant(False)) == ord("M")
    directory = start + _number(values, start + 4, 4, big)
    entries = directory + 2 + ENTRY * tf.range(tf.minimum(_number(values, directory, 2, big), MOST_ENTRIES))
    matches = _number(values, entries, 2, big) == TAG
    value = tf.reduce_sum(tf.where(matches, _number(values, entries + 8, 2, big), 0))
    return tf.where((exif >= 0) & (value >= 1) & (value <= 8), value, 1)


def upright(image: tf.Tensor, data: tf.Tensor) -> tf.Tensor:
    """Turns and mirrors an image as its file says.

    Args:
        image: As decoded, `(height, width, 3)`.
        data: The bytes of the JPEG file, a scalar string.
    """
    orientation = _orientation(data)
    mirrored = tf.cond(tf.constant(MIRRORED)[orientation], lambda: tf.reverse(image, [1]), lambda: image)
    return tf.image.rot90(mirrored, tf.constant(QUARTERS)[orientation])
