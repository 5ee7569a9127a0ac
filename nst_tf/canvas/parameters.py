"""What is changed to change an image: its pixels, or its waves, in the colours of the screen or in independent ones."""

from dataclasses import dataclass

import tensorflow as tf

from nst_tf.canvas.decorrelate import from_rgb, to_rgb
from nst_tf.canvas.fourier import from_waves, to_waves

__all__ = ["Parameters"]

GAIN = 0.25  # of the waves: with it, coefficients that deviate by 0.01 make a canvas that is nearly grey


@dataclass(frozen=True)
class Parameters:
    """Images as functions of unbounded numbers, as many as there are values in the pixels.

    Attributes:
        fourier: Whether the numbers are coefficients of waves; see `from_waves`.
        decorrelate: Whether they are of independent colours; see `to_rgb`.
    """

    fourier: bool = True
    decorrelate: bool = True

    def image(self, parameters: tf.Tensor) -> tf.Tensor:
        """The images in (0, 1) of these parameters, both `(batch, height, width, 3)`."""
        return to_rgb(GAIN * from_waves(parameters) if self.fourier else parameters, self.decorrelate)

    def of(self, image: tf.Tensor) -> tf.Tensor:
        """The parameters of these images in [0, 1], both `(batch, height, width, 3)`."""
        values = from_rgb(image, self.decorrelate)
        return to_waves(values / GAIN) if self.fourier else values
