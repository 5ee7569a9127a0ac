"""The compiled parts of texture synthesis, made once in a process and used for every texture, scale and source."""

import functools
import itertools
import math

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones import WEIGHTS, check_maps, feature_extractor, load_backbone, open_network
from nst_tf.backbones.rescale import rescale
from nst_tf.errors import InputError
from nst_tf.images import fit, read_image, resize
from nst_tf.objectives import Objective, raw_moments
from nst_tf.optimize import Lbfgs, Loop
from nst_tf.recipes.texture.settings import TextureSettings
from nst_tf.samples import sample

__all__ = ["TextureEngine", "new_texture_engine", "parameter_count", "texture_engine"]

KEPT = 2  # engines in memory at a time; each holds two networks
RESCALED_OVER = ("neuschwanstein", "great_wave", "auvers")
RESCALED_AT = 224  # pixels on the longest side, as the networks were trained


class TextureEngine:
    """A network that the texture is made with, one that sources are measured with, and the loop.

    Attributes:
        extractor: From images `(batch, height, width, 3)` to features by layer name.
        stride: Pixels from one position of its deepest layer to the next.
        loop: Minimises an `Objective` of these features, its one further argument.
    """

    def __init__(self, extractor: keras.Model, observer: keras.Model, corrections: int):
        self.extractor = extractor
        self.stride = math.prod(layer.strides[0] for layer in extractor.layers if hasattr(layer, "strides"))
        self.loop = Loop(self.value, Lbfgs(corrections))
        self._observer = observer
        self._measure = tf.function(self._moments, autograph=False)

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers, from the first to the last."""
        return tuple(self.extractor.output_names)

    def value(self, image: tf.Tensor, objective: Objective) -> tf.Tensor:
        """An objective's value for each image, `(batch,)`."""
        return objective(self.extractor(image), image)

    def _moments(self, image):
        return {layer: raw_moments(maps) for layer, maps in self._observer(image).items()}

    @functools.cached_property
    def _measured(self):
        return self._measure.get_concrete_function(tf.TensorSpec([1, None, None, 3]))

    def measure(self, image: tf.Tensor) -> dict[str, tuple[tf.Tensor, tf.Tensor]]:
        """The raw moments `(channels,)` and `(channels, channels)` of all layers, for one image."""
        moments = self._measured(tf.convert_to_tensor(image, tf.float32)[None])
        return {layer: (mean[0], second[0]) for layer, (mean, second) in moments.items()}


def parameter_count(channels: int) -> int:
    """How many numbers a Gram matrix of so many channels holds: it is symmetric."""
    return channels * (channels + 1) // 2


def _rescaled_over(name: str) -> np.ndarray:
    pixels = read_image(sample(name)).pixels
    return np.clip(resize(pixels, fit(pixels.shape, RESCALED_AT)), 0, 1)


def _networks(model: str, preprocessing: str | None, pooling: str, paddings: tuple[str, ...]) -> list[keras.Model]:
    """A network with each padding, rescaled if it is one of ours."""
    networks = [open_network(model, preprocessing, pooling=pooling, padding=padding) for padding in paddings]
    if model in WEIGHTS:
        trained = load_backbone(model)
        rescale(trained, [_rescaled_over(name) for name in RESCALED_OVER])
        for network in networks:
            network.set_weights(trained.get_weights())
    return networks


def _first_layers(network: keras.Model, layers: tuple[str, ...], parameters: int | None) -> list[str]:
    extractor = feature_extractor(network, layers)
    check_maps(extractor)
    outputs = extractor.output
    counts = list(itertools.accumulate(parameter_count(outputs[layer].shape[-1]) for layer in layers))
    kept = [layer for layer, count in zip(layers, counts, strict=True) if parameters is None or count <= parameters]
    if not kept:
        raise InputError(f"parameters is {parameters}; it must be at least {counts[0]}, those of {layers[0]}")
    return kept


@functools.lru_cache(maxsize=KEPT)
def _engine(
    model: str,
    preprocessing: str | None,
    pooling: str,
    paddings: tuple[str, ...],
    layers: tuple[str, ...],
    parameters: int | None,
    corrections: int,
) -> TextureEngine:
    networks = _networks(model, preprocessing, pooling, paddings)
    kept = _first_layers(networks[0], layers, parameters)
    extractors = [feature_extractor(network, kept) for network in networks]
    return TextureEngine(extractors[-1], extractors[0], corrections)


def _parts(settings: TextureSettings) -> tuple:
    padding = settings.padding or ("replicate" if settings.model in WEIGHTS else "zero")
    paddings = (padding, "circular") if settings.tileable else (padding,)
    network = (settings.model, settings.preprocessing, settings.pooling, paddings)
    return *network, tuple(settings.layers), settings.parameters, settings.corrections


def texture_engine(settings: TextureSettings) -> TextureEngine:
    """The engine for these settings; the same one for all settings that differ only in weights, sizes and schedule.

    Raises:
        InputError: The model is unknown or cannot be used as set, its weights are not there, a layer is unknown or
            gives no feature maps, or `parameters` are too few.
    """
    return _engine(*_parts(settings))


def new_texture_engine(settings: TextureSettings) -> TextureEngine:
    """Another engine for these settings, whose parts may be traced into a larger graph; else as `texture_engine`."""
    return _engine.__wrapped__(*_parts(settings))
