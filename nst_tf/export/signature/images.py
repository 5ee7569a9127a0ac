"""Images as inputs of a signature: encoded, or as pixels."""

from typing import Any

import tensorflow as tf

from nst_tf.export.signature.guard import LARGEST_ASPECT, MOST_BYTES, MOST_PIXELS, decode_image
from nst_tf.export.signature.inputs import Input, first_problem, problem_if

__all__ = ["EncodedImage", "PixelImage"]


class EncodedImage(Input):
    """A JPEG or PNG image as the bytes of its file.

    Args:
        name: Of the input; it ends in `_bytes`.
        text: What the image is.
    """

    def __init__(self, name: str, text: str):
        super().__init__(name, tf.string, text)

    @property
    def key(self) -> str:
        return self.name.removesuffix("_bytes")

    @property
    def allowed(self) -> str:
        return f"JPEG or PNG, at most {MOST_BYTES >> 20} MiB and {MOST_PIXELS / 1e6:.0f} megapixels"

    def read(self, value: Any) -> tuple[tf.Tensor, tf.Tensor]:
        return decode_image(value, self.name)


class PixelImage(Input):
    """An image as float32 RGB in [0, 1], `(height, width, 3)`.

    Args:
        name: Of the input.
        text: What the image is.
        size: Its height and width, where only these are taken.
        pixels: The most it may have, in all images where it is several.
    """

    def __init__(
        self, name: str, text: str, size: tuple[int | None, int | None] = (None, None), pixels: int = MOST_PIXELS
    ):
        super().__init__(name, tf.float32, text, (*size, 3), most=pixels)

    @property
    def allowed(self) -> str:
        return f"RGB in [0, 1], at most {self.most} pixels"

    def problem(self, value: Any) -> tf.Tensor:
        size = tf.cast(tf.shape(value), tf.int64)
        short, long = tf.minimum(size[-3], size[-2]), tf.maximum(size[-3], size[-2])
        thin, large = long > LARGEST_ASPECT * short, tf.size(value, tf.int64) > 3 * int(self.most or 0)
        has = [self.name, " has the shape ", _shape_text(value)]
        return first_problem(
            [
                problem_if(tf.size(value) == 0, *has, "; an image must have pixels"),
                problem_if(thin, *has, f"; a side may be {LARGEST_ASPECT} times as long as the other"),
                problem_if(large, *has, f"; at most {self.most} pixels are taken"),
                problem_if(~tf.reduce_all((value >= 0) & (value <= 1)), f"{self.name} has values not in [0, 1]"),
            ]
        )


def _shape_text(value: tf.Tensor) -> tf.Tensor:
    return tf.strings.reduce_join(tf.strings.as_string(tf.shape(value)), separator="x")
