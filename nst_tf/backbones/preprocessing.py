"""What networks of others want to be given in place of an image in [0, 1]. Needs no TensorFlow."""

from typing import NamedTuple

from nst_tf.imagenet import CAFFE_MEAN, DEVIATION, MEAN

__all__ = ["PREPROCESSING", "PixelRange"]

Channels = tuple[float, float, float]


class PixelRange(NamedTuple):
    """How a network is given an image: `scale * image + offset`.

    Attributes:
        scale: Of red, green and blue.
        offset: Of red, green and blue.
        bgr: Whether the channels are then reversed.
    """

    scale: Channels
    offset: Channels
    bgr: bool = False


# The names of three of them are those of `mode` in `keras.applications.imagenet_utils.preprocess_input`.
PREPROCESSING = {
    "unit": PixelRange((1.0,) * 3, (0.0,) * 3),
    "0-255": PixelRange((255.0,) * 3, (0.0,) * 3),
    "tf": PixelRange((2.0,) * 3, (-1.0,) * 3),
    "caffe": PixelRange((255.0,) * 3, tuple(-mean for mean in CAFFE_MEAN), bgr=True),
    "torch": PixelRange(
        tuple(1 / deviation for deviation in DEVIATION),
        tuple(-mean / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True)),
    ),
}
