"""Networks from SavedModel folders: of these only the outputs of a signature are left, no layers.

Keras 3 writes such a folder with `model.export`. To have layers of a network in it, export a model that gives them, as
`keras.Model(image, {"conv3": ..., "conv5": ...})`.

A SavedModel is a program: TensorFlow runs what is in it. Use those of people whom you trust.
"""

import logging
from pathlib import Path

import keras
import tensorflow as tf

from nst_tf.errors import InputError

__all__ = ["is_saved_model", "load_saved_model", "warn_of_program"]

logger = logging.getLogger(__name__)

SIGNATURE = "serving_default"


def is_saved_model(path: Path) -> bool:
    """Whether a path is a SavedModel folder."""
    return (path / "saved_model.pb").is_file()


def warn_of_program(path: Path) -> None:
    """Says in the log, before a SavedModel is opened, that this runs it."""
    logger.warning("%s is a program, which TensorFlow runs with your rights: use those of people whom you trust", path)


def load_saved_model(path: Path) -> keras.Model:
    """The signature `serving_default` of a SavedModel as a Keras model. What is in it is run.

    Args:
        path: The folder.

    Returns:
        A functional model with a layer for each of the signature's outputs, of its name.

    Raises:
        InputError: It cannot be loaded, has no such signature, or this does not take one batch of images.
    """
    warn_of_program(path)
    try:
        network = keras.layers.TFSMLayer(str(path), call_endpoint=SIGNATURE, name="saved_model", trainable=False)
    except Exception as error:  # Of any kind: TensorFlow passes on what it meets in the files.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"cannot open {path} as a SavedModel: {reason}") from error
    image = keras.Input(_image_shape(path, network.call_endpoint_fn), name="image")
    outputs = network(image)
    named = {name: keras.layers.Identity(name=name)(outputs[name]) for name in sorted(outputs)}
    return keras.Model(image, list(named.values()), name=path.name)


def _image_shape(path: Path, signature) -> tuple[int | None, ...]:
    specs = list(signature.structured_input_signature[1].values())
    if len(specs) != 1 or specs[0].shape.rank != 4 or specs[0].dtype != tf.float32:
        taken = ", ".join(f"{spec.dtype.name} {spec.shape}" for spec in specs)
        raise InputError(f"the {SIGNATURE} of {path} takes {taken}; it must take one batch of images, float32")
    return tuple(specs[0].shape[1:])
