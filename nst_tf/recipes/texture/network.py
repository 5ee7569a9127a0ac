"""The networks that textures are made with and measured by: rescaled, padded otherwise, no deeper than need be."""

import itertools
import math

import keras
import numpy as np

from nst_tf.backbones import WEIGHTS, check_maps, feature_extractor, load_backbone, open_network
from nst_tf.backbones.precision import for_this_machine
from nst_tf.backbones.rescale import rescale
from nst_tf.errors import SettingError
from nst_tf.images import fit, read_image, resize_image
from nst_tf.optimize import Lbfgs
from nst_tf.recipes.feature_loop import FeatureLoop, kept_by_network
from nst_tf.recipes.texture.settings import TextureSettings
from nst_tf.samples import sample

__all__ = ["parameter_count", "stride", "texture_network"]

RESCALED_OVER = ("neuschwanstein", "great_wave", "auvers")
RESCALED_AT = 224  # pixels on the longest side, as the networks were trained


def parameter_count(channels: int) -> int:
    """How many numbers a Gram matrix of so many channels holds: it is symmetric."""
    return channels * (channels + 1) // 2


def stride(network: FeatureLoop) -> int:
    """Pixels from one position of a network's deepest layer to the next."""
    return math.prod(layer.strides[0] for layer in network.extractor.layers if hasattr(layer, "strides"))


def _rescaled_over(name: str) -> np.ndarray:
    pixels = read_image(sample(name)).pixels
    return resize_image(pixels, fit(pixels.shape, RESCALED_AT))


def _networks(
    model: str, preprocessing: str | None, pooling: str, paddings: tuple[str, ...], precision: str
) -> list[keras.Model]:
    """A network with each padding, rescaled if it is one of ours."""
    how = {"pooling": pooling, "precision": precision}
    networks = [open_network(model, preprocessing, padding=padding, **how) for padding in paddings]
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
        raise SettingError(
            f"parameters is {parameters}; it must be at least {counts[0]}, those of {layers[0]}", "parameters"
        )
    return kept


@kept_by_network(2)  # each holds two networks
def _texture_loop(
    model: str,
    preprocessing: str | None,
    pooling: str,
    paddings: tuple[str, ...],
    precision: str,
    layers: tuple[str, ...],
    parameters: int | None,
    corrections: int,
) -> FeatureLoop:
    networks = _networks(model, preprocessing, pooling, paddings, precision)
    kept = _first_layers(networks[0], layers, parameters)
    observer, extractor = (feature_extractor(network, kept) for network in (networks[0], networks[-1]))
    return FeatureLoop(extractor, Lbfgs(corrections), observer=observer)


def texture_network(settings: TextureSettings, *, anew: bool = False) -> FeatureLoop:
    """The features and the loop for these settings; the same for all that differ only in weights, sizes and schedule.

    Args:
        settings: How a texture is made.
        anew: Whether to build another one, whose parts may be traced into a larger graph.

    Raises:
        InputError: The model is unknown or cannot be used as set, its weights are not there, a layer is unknown or
            gives no feature maps, or `parameters` are too few.
    """
    padding = settings.padding or ("replicate" if settings.model in WEIGHTS else "zero")
    paddings = (padding, "circular") if settings.tileable else (padding,)
    how = settings.pooling, paddings, for_this_machine(settings.precision)
    further = (*how, tuple(settings.layers), settings.parameters, settings.corrections)
    build = _texture_loop.__wrapped__ if anew else _texture_loop
    return build(settings.model, settings.preprocessing, *further)
