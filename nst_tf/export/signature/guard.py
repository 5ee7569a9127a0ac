"""Encoded images in a graph: looked at before they are decoded, so that no file costs more than its limits allow.

The number of bytes, the first bytes, the number of a JPEG's scans and the size in the header are checked first;
TensorFlow's own limit, 2^29 pixels, would let 59 kB of PNG become 1.45 GB.
"""

from collections.abc import Callable

import tensorflow as tf

from nst_tf.export.signature.exif import upright
from nst_tf.export.signature.inputs import first_problem, problem_if

__all__ = ["LARGEST_ASPECT", "MOST_BYTES", "MOST_PIXELS", "decode_image"]

MOST_BYTES = 2**24
MOST_PIXELS = 2**25
MOST_SCANS = 100  # of a JPEG; each costs a pass over all pixels, whatever its length
LARGEST_ASPECT = 50  # a longer strip would have to be enlarged too much before a network sees it
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
JPEG_MAGIC = b"\xff\xd8\xff"
PNG_SIZE_AT = 16  # the byte where width and height begin, big-endian


def _attempt(function: Callable[[tf.Tensor], tf.Tensor], argument: tf.Tensor, otherwise: tf.Tensor) -> tf.Tensor:
    """The value of a function, or another value if one of its operations fails: a graph can catch that by a dataset.

    Args:
        function: Of one tensor; it captures no variables.
        argument: For it.
        otherwise: The value where it fails, of the same type and rank.
    """
    tried = tf.data.Dataset.from_tensors(argument).map(function).ignore_errors()
    return tried.concatenate(tf.data.Dataset.from_tensors(otherwise)).take(1).get_single_element()


def _starts_with(data: tf.Tensor, magic: bytes) -> tf.Tensor:
    return tf.strings.substr(data, 0, len(magic)) == magic


def _png_size(data: tf.Tensor) -> tf.Tensor:
    width_height = tf.io.decode_raw(tf.strings.substr(data, PNG_SIZE_AT, 8), tf.int32, little_endian=False)
    return tf.ensure_shape(tf.cast(width_height[::-1], tf.int64), [2])


def _jpeg_size(data: tf.Tensor) -> tf.Tensor:
    return tf.ensure_shape(tf.cast(tf.image.extract_jpeg_shape(data)[:2], tf.int64), [2])


def _size(data: tf.Tensor) -> tf.Tensor:
    """Height and width as the header has them."""
    return tf.cond(_starts_with(data, PNG_MAGIC), lambda: _png_size(data), lambda: _jpeg_size(data))


def _scans(data: tf.Tensor) -> tf.Tensor:
    """How many scans a JPEG has: within one, the two bytes that begin one cannot stand."""
    values = tf.io.decode_raw(data, tf.uint8)
    return tf.math.count_nonzero((values[:-1] == 0xFF) & (values[1:] == 0xDA))


def _header_problem(data: tf.Tensor) -> tf.Tensor:
    size = _attempt(_size, data, tf.zeros([2], tf.int64))
    pixels, (short, long) = tf.reduce_prod(size), (tf.reduce_min(size), tf.reduce_max(size))
    name = ["it has ", size[1], "x", size[0], " pixels"]
    scans = tf.cond(_starts_with(data, JPEG_MAGIC), lambda: _scans(data), lambda: tf.constant(0, tf.int64))
    large = (long > MOST_PIXELS) | (pixels > MOST_PIXELS)
    thin = long > LARGEST_ASPECT * short
    return first_problem(
        [
            problem_if(short < 1, "its header is damaged"),
            problem_if(large, *name, f"; at most {MOST_PIXELS} in all are taken"),
            problem_if(thin, *name, f"; a side may be {LARGEST_ASPECT} times as long as the other"),
            problem_if(scans > MOST_SCANS, "it has ", scans, f" scans; at most {MOST_SCANS} are taken"),
        ]
    )


def _problem(data: tf.Tensor) -> tf.Tensor:
    length = tf.strings.length(data)
    known = _starts_with(data, PNG_MAGIC) | _starts_with(data, JPEG_MAGIC)
    outside = first_problem(
        [
            problem_if(length == 0, "it is empty"),
            problem_if(length > MOST_BYTES, "it has ", length, f" bytes; at most {MOST_BYTES} are taken"),
            problem_if(~known, "it is neither JPEG nor PNG"),
        ]
    )
    return tf.cond(outside == "", lambda: _header_problem(data), lambda: outside)


def _decode_png(data: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.io.decode_png(data, 3, tf.uint16), tf.float32) / 65535


def _decode_jpeg(data: tf.Tensor) -> tf.Tensor:
    pixels = tf.io.decode_jpeg(data, 3, dct_method="INTEGER_ACCURATE")
    return upright(tf.cast(pixels, tf.float32) / 255, data)


def _decode(data: tf.Tensor) -> tf.Tensor:
    pixels = tf.cond(_starts_with(data, PNG_MAGIC), lambda: _decode_png(data), lambda: _decode_jpeg(data))
    return tf.ensure_shape(pixels, [None, None, 3])


def decode_image(data: tf.Tensor, name: str) -> tuple[tf.Tensor, tf.Tensor]:
    """Decodes one JPEG or PNG image, if it is one and within the limits.

    Args:
        data: Its bytes, a scalar string.
        name: Of the input, for the message.

    Returns:
        The problem, see `inputs`, and the image, float32 `(height, width, 3)` in [0, 1], upright; without pixels where
        there is a problem.
    """
    nothing = tf.zeros([0, 0, 3])
    problem = _problem(data)
    image = tf.cond(problem == "", lambda: _attempt(_decode, data, nothing), lambda: nothing)
    damaged = (problem == "") & (tf.size(image) == 0)
    problem = tf.where(damaged, "it is damaged or truncated", problem)
    return problem_if(problem != "", f"{name}: ", problem), image
