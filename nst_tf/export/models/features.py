"""`features`: the feature maps of a network."""

from collections.abc import Sequence

import keras

from nst_tf.backbones import feature_extractor, open_network
from nst_tf.backbones.graph import Graph
from nst_tf.export.models.image_network import image_network
from nst_tf.export.servable import Servable, origin

__all__ = ["features"]


def features(
    model: str = "vgg16",
    preprocessing: str | None = None,
    layers: Sequence[str] = (),
    side: int | None = None,
) -> Servable:
    """The feature maps of a network as a servable.

    Args:
        model: See `open_network`.
        preprocessing: See `open_network`.
        layers: Names of layers; none for all rectified maps.
        side: The only height and width to take, in pixels, so that a server can batch requests; `None` for any.

    Raises:
        InputError: The network or a layer is unknown, or the network is made for another size.
    """
    network = open_network(model, preprocessing)
    layers = tuple(layers) or Graph(network).maps
    extractor = feature_extractor(network, layers)
    if side is not None:
        extractor = _of_one_size(extractor, side)
    summary = f"The feature maps of {model} for images: {', '.join(layers)}."
    return image_network("features", summary, extractor, origin(model), side=side or 224)


def _of_one_size(extractor: keras.Model, side: int) -> keras.Model:
    image = keras.Input((side, side, 3), name="image")
    return keras.Model(image, extractor(image), name=extractor.name)
