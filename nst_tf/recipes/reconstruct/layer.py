"""The inversion of one layer.

After Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them" (arXiv 1412.0035): from noise,
an image is optimised until its features in one layer are the given image's. What comes back is what the layer keeps;
what differs, it has lost. Only this layer's features of the image at its full size are used.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from nst_tf.backbones.receptive_field import ReceptiveField, receptive_field
from nst_tf.errors import InputError
from nst_tf.images import Picture
from nst_tf.memory import check_memory
from nst_tf.objectives import Objective, TotalVariation
from nst_tf.objectives.alpha_norm import MEAN_COLOR, AlphaNorm
from nst_tf.objectives.representation import Representation
from nst_tf.recipes.reconstruct.engine import ReconstructEngine
from nst_tf.recipes.reconstruct.settings import ReconstructSettings

__all__ = ["Reconstruct", "Reconstruction", "mean_noise", "priors", "psnr"]

SHALLOW, MIDDLE = 60, 150  # pixels: the paper's weights change between AlexNet's conv2 and conv3, conv4 and conv5


@dataclass(frozen=True)
class Reconstruction(Picture):
    """The reconstruction that comes nearest, and all others.

    Attributes:
        layer: Name of the layer.
        original: What was to be reconstructed, float32 `(height, width, 3)` in [0, 1].
        images: One for each start, float32 `(n, height, width, 3)` in [0, 1].
        errors: Their representation errors |Phi - Phi_0|^2 / |Phi_0|^2, `(n,)`.
    """

    layer: str = ""
    original: np.ndarray | None = None
    images: np.ndarray | None = None
    errors: np.ndarray | None = None

    @property
    def error(self) -> float:
        """The representation error of the picture, the least of `errors`."""
        return float(self.errors.min())

    @property
    def psnr(self) -> float:
        """The peak signal-to-noise ratio of the picture to the original, in dB."""
        return psnr(self.pixels, self.original)


def psnr(image: np.ndarray, original: np.ndarray) -> float:
    """The peak signal-to-noise ratio -10 log10 mean((a - b)^2) of an image a in [0, 1] to b, in dB."""
    error = np.mean(np.square(image - original), dtype=np.float64)
    return -10 * math.log10(error) if error else math.inf


def mean_noise(shape: Sequence, deviation: float, seed: int) -> tf.Tensor:
    """Images of normal noise around the mean colour of natural images.

    Args:
        shape: `(batch, height, width, 3)`.
        deviation: The root mean square of the noise in each image.
        seed: The same seed gives the same noise.
    """
    noise = tf.random.stateless_normal(shape, [seed, 0], alg="philox")
    inverse = tf.math.rsqrt(tf.reduce_mean(tf.square(noise), axis=(1, 2, 3), keepdims=True))
    return tf.constant(MEAN_COLOR) + deviation * inverse * noise


def priors(settings: ReconstructSettings, field: ReceptiveField) -> dict[str, Objective]:
    """The parts of the objective that know nothing of the image, for a layer of this receptive field."""
    sees, parts = math.inf if field.whole else max(field.size), {}

    def by_depth(weights: Sequence[float]) -> float:
        return weights[min((sees >= SHALLOW) + (sees >= MIDDLE), len(weights) - 1)]

    if weight := by_depth(settings.tv_weight):
        parts["total variation"] = weight * TotalVariation()
    if weight := by_depth(settings.alpha_weight):
        parts["alpha-norm"] = weight * AlphaNorm(settings.alpha)
    return parts


class Reconstruct:
    """The inversion of one layer, a `Recipe`: on one scale, a batch of as many images as there are restarts.

    Args:
        image: To be reconstructed, float32 `(height, width, 3)` in [0, 1], of the size in which it is.
        settings: How.
        engine: For the layer and these settings, see `reconstruct_engine`.

    Raises:
        InputError: The image would be too large for the memory, or the layer cannot be computed for it or gives
            nothing but 0.
    """

    def __init__(self, image: np.ndarray, settings: ReconstructSettings, engine: ReconstructEngine):
        self.settings, self.engine, self.image = settings, engine, image
        height, width = image.shape[:2]
        check_memory(height * settings.restarts, width)
        self.sizes, self.steps = [(height, width)], [sum(settings.steps)]
        self.representation = Representation(engine.layer, self._target())

    def _target(self) -> tf.Tensor:
        layer, (height, width) = self.engine.layer, self.sizes[0]
        measure = tf.function(self.engine.extractor, autograph=False)
        try:  # by shapes alone, since kernels fail in many ways
            measure = measure.get_concrete_function(tf.TensorSpec([1, height, width, 3]))
        except ValueError as error:
            raise InputError(self._misfit()) from error
        if 0 in measure.structured_outputs[layer].shape:
            raise InputError(self._misfit())
        target = measure(tf.constant(self.image[None]))[layer]
        if not tf.reduce_any(target != 0):
            raise InputError(f"{layer!r} gives nothing but 0 for this image of {width}x{height} pixels; "
                             "there is nothing to reconstruct it from")  # fmt: skip
        return target

    def _misfit(self) -> str:
        height, width = self.sizes[0]
        rows, columns = self.engine.graph.model.inputs[0].shape[1:3]
        wanted = "a larger size is needed" if rows is None else f"the network is made for {columns}x{rows}"
        return f"{self.engine.layer!r} cannot be computed for an image of {width}x{height} pixels; {wanted}"

    def start(self) -> tf.Tensor:
        """Noise around the mean colour, of exactly the set deviation in each image."""
        return mean_noise([self.settings.restarts, *self.image.shape], self.settings.noise, self.settings.seed)

    def objective(self, size: tuple[int, int]) -> dict[str, Objective]:
        """The parts of the objective; their sum is minimised."""
        field = receptive_field(self.engine.graph, self.engine.layer, *self.sizes[0])
        return {"representation": self.representation} | priors(self.settings, field)

    def picture(self, image: tf.Tensor) -> Reconstruction:
        """The best image of the batch, and all of them."""
        images = tf.clip_by_value(image, 0.0, 1.0)
        errors = self.engine.value(images, self.representation).numpy()
        images = images.numpy()
        return Reconstruction(images[errors.argmin()], None, None, self.engine.layer, self.image, images, errors)
