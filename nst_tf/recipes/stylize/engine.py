"""The compiled parts of style transfer, made once in a process and used for every picture, scale and style."""

import functools

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones import WEIGHTS, check_maps, feature_extractor, open_network
from nst_tf.objectives import Objective, raw_moments
from nst_tf.optimize import Adam, Lbfgs, Loop
from nst_tf.recipes.stylize.settings import StylizeSettings

__all__ = ["Engine", "engine_for", "new_engine"]

OPTIMIZERS = {"lbfgs": Lbfgs, "adam": Adam}
KEPT = 4  # engines in memory at a time; each holds a network


class Engine:
    """A network with the layers that a style transfer looks at, and the loop that optimises images on it.

    Attributes:
        extractor: From images `(batch, height, width, 3)` to features by layer name.
        unit: How many times larger its features are than those of a network whose input has a deviation of about 1,
            as the bundled ones' has; 1 for networks of others.
        loop: Minimises an `Objective` of these features, its one further argument.
    """

    def __init__(self, extractor: keras.Model, unit: float, optimizer: str):
        self.extractor = extractor
        self.unit = unit
        self.loop = Loop(self.value, OPTIMIZERS[optimizer]())
        self._measure = tf.function(self._features_and_moments, autograph=False)

    def value(self, image: tf.Tensor, objective: Objective) -> tf.Tensor:
        """An objective's value for each image, `(batch,)`."""
        return objective(self.extractor(image), image)

    def _features_and_moments(self, image):
        features = self.extractor(image)
        return features, {layer: raw_moments(maps) for layer, maps in features.items()}

    @functools.cached_property
    def _measured(self):
        return self._measure.get_concrete_function(tf.TensorSpec([1, None, None, 3]))

    def measure(self, image) -> tuple[dict, dict]:
        """Features `(1, rows, columns, channels)` and raw moments of all layers, for one image."""
        return self._measured(tf.convert_to_tensor(image, tf.float32))


def _unit(model: str) -> float:
    return np.mean(WEIGHTS[model].scale) / np.mean(WEIGHTS["vgg16"].scale) if model in WEIGHTS else 1.0


@functools.lru_cache(maxsize=KEPT)
def _engine(
    model: str, preprocessing: str | None, pooling: str, padding: str, layers: tuple[str, ...], optimizer: str
) -> Engine:
    network = open_network(model, preprocessing, pooling=pooling, padding=padding)
    extractor = feature_extractor(network, layers)
    check_maps(extractor)
    return Engine(extractor, _unit(model), optimizer)


def _parts(settings: StylizeSettings) -> tuple:
    layers = tuple(sorted({*settings.content_layers, *settings.style_layers}))
    padding = settings.padding or ("replicate" if settings.model in WEIGHTS else "zero")
    return settings.model, settings.preprocessing, settings.pooling, padding, layers, settings.optimizer


def engine_for(settings: StylizeSettings) -> Engine:
    """The engine for these settings; the same one for all settings that differ only in weights, sizes and schedule.

    Raises:
        InputError: The model is unknown or cannot be used as set, its weights are not there, or a layer is unknown or
            gives no feature maps.
    """
    return _engine(*_parts(settings))


def new_engine(settings: StylizeSettings) -> Engine:
    """Another engine for these settings, whose parts may be traced into a larger graph; else as `engine_for`."""
    return _engine.__wrapped__(*_parts(settings))
