"""Feature maps of chosen layers, and the smallest image that they exist for."""

import bisect
from collections.abc import Sequence

import keras

from nst_tf.errors import InputError, unknown

__all__ = ["check_size", "feature_extractor", "smallest_size"]

LARGEST_SIDE = 4096


def feature_extractor(backbone: keras.Model, layers: Sequence[str]) -> keras.Model:
    """A model of the chosen layers' outputs, which runs no deeper than the deepest of them.

    Args:
        backbone: Takes images, `(batch, height, width, 3)`, in [0, 1]. Its weights are shared, not copied.
        layers: Names of its layers.

    Returns:
        A model from images to a dict of layer name to feature map, `(batch, rows, columns, channels)`.

    Raises:
        InputError: A layer is unknown, or none was given.
    """
    known = [layer.name for layer in backbone.layers]
    if not layers:
        raise InputError("no layer was given; at least one is needed")
    for name in layers:
        if name not in known:
            raise unknown("layer", name, known)
    outputs = {name: backbone.get_layer(name).output for name in layers}
    return keras.Model(backbone.input, outputs, name=f"{backbone.name}_features")


def _has_positions(model: keras.Model, side: int) -> bool:
    try:
        shapes = model.compute_output_shape((1, side, side, 3))
    except ValueError:
        return False
    return all(keras.tree.flatten(keras.tree.map_shape_structure(lambda shape: 0 not in shape, shapes)))


def smallest_size(model: keras.Model) -> int:
    """The smallest height and width in pixels for which every output of a model has at least one position.

    Computed from the shapes of the layers, without running them.

    Args:
        model: A backbone, or one of `feature_extractor`.

    Returns:
        The side in pixels; of a model that takes one size only, that size.
    """
    fixed = model.input_shape[1]
    if fixed is not None:
        return fixed
    return 1 + bisect.bisect_left(range(1, LARGEST_SIDE), True, key=lambda side: _has_positions(model, side))


def check_size(model: keras.Model, height: int, width: int) -> None:
    """Refuses images that are too small for a model.

    Args:
        model: A backbone, or one of `feature_extractor`.
        height: Of the images, in pixels.
        width: Of the images, in pixels.

    Raises:
        InputError: One of the two is less than `smallest_size(model)`.
    """
    smallest = smallest_size(model)
    if min(height, width) < smallest:
        layers = ", ".join(model.output_names)
        raise InputError(
            f"the image is {width}x{height} pixels, too small for {layers}; it must be {smallest}x{smallest} or larger"
        )
