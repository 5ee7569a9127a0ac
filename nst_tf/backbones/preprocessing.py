"""What networks of others want to be given in place of an image in [0, 1]. Needs no TensorFlow."""

from typing import NamedTuple

__all__ = ["PREPROCESSING", "PixelRange"]

Channels = tuple[float, float, float]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


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
    "caffe": PixelRange((255.0,) * 3, (-123.68, -116.779, -103.939), bgr=True),
    "torch": PixelRange(
        tuple(1 / deviation for deviation in IMAGENET_DEVIATION),
        tuple(-mean / deviation for mean, deviation in zip(IMAGENET_MEAN, IMAGENET_DEVIATION, strict=True)),
    ),
}
