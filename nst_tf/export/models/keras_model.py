"""A Keras model of the project's, whatever it was trained for."""

from pathlib import Path

import keras

from nst_tf.backbones import class_names, open_network
from nst_tf.export.models.image_network import image_network
from nst_tf.export.servable import Servable, origin

__all__ = ["keras_model"]


def keras_model(place: str, preprocessing: str | None = None, side: int = 224) -> Servable:
    """The outputs of a network of images as a servable, named after its file or folder.

    Args:
        place: See `open_network`.
        preprocessing: See `open_network`.
        side: Height and width to which encoded images are brought where the network takes any size, in pixels.

    Raises:
        InputError: There is no such network, or it does not take images.
    """
    network = open_network(place, preprocessing)
    outputs = dict(zip(network.output_names, keras.tree.flatten(network.output), strict=True))
    summary = f"The outputs of the network `{Path(place).name}` for images."
    model = keras.Model(network.inputs[0], outputs, name=network.name)
    return image_network(Path(place).stem, summary, model, origin(place), side=side, classes=class_names(place) or ())
