"""Feature maps of chosen layers, and the sizes of images that a network takes."""

import bisect
from collections.abc import MutableMapping, Sequence
from weakref import WeakKeyDictionary

import keras
import numpy as np

from nst_tf.backbones.graph import as_functional, calls, replay
from nst_tf.errors import InputError, unknown
from nst_tf.images import resize_image

__all__ = ["check_maps", "check_size", "feature_extractor", "fit_image", "layer_names", "smallest_size"]

LARGEST_SIDE = 4096

_smallest: MutableMapping[keras.Model, int] = WeakKeyDictionary()


def feature_extractor(backbone: keras.Model, layers: Sequence[str]) -> keras.Model:
    """A model of the chosen layers' outputs, which runs no deeper than the deepest of them.

    It takes images of any size if these layers can, even of a backbone that takes one size only.

    Args:
        backbone: A functional or sequential model that takes images, `(batch, height, width, 3)`, in [0, 1]. Its
            weights are shared, not copied.
        layers: Names of its layers; `"outer/inner"` for one in a nested model.

    Returns:
        A model from images to a dict of layer name to feature map, `(batch, rows, columns, channels)`.

    Raises:
        InputError: A layer is unknown, or none was given.
    """
    if not layers:
        raise InputError("no layer was given; at least one is needed")
    known = layer_names(backbone)
    for name in layers:
        if name not in known:
            raise unknown("layer", name, known)
    return _tapped(backbone, layers)


def layer_names(model: keras.Model) -> list[str]:
    """The names of all layers and operations of a model, those in nested models as `"outer/inner"`."""
    names = []
    for call in calls(as_functional(model)):
        name = call.operation.name
        names.append(name)
        if as_functional(call.operation) is not None:
            names += [f"{name}/{inner}" for inner in layer_names(call.operation)]
    return names


def _tapped(model: keras.Model, layers: Sequence[str]) -> keras.Model:
    last = {call.operation.name: call for call in calls(as_functional(model))}
    outputs = {name: last[name].outputs[0] for name in layers if "/" not in name}
    inside = {}
    for name in layers:
        outer, _, inner = name.partition("/")
        if inner:
            inside.setdefault(outer, []).append(inner)
    for outer, names in inside.items():
        features = _tapped(last[outer].operation, names)(last[outer].input_tensors[0])
        outputs |= {f"{outer}/{name}": features[name] for name in names}
    ordered = {name: outputs[name] for name in layers}
    return _of_any_size(keras.Model(as_functional(model).inputs[0], ordered, name=f"{model.name}_features"))


def _of_any_size(model: keras.Model) -> keras.Model:
    """The same model for images of any size; as it is if a layer of it cannot take them."""
    functional = as_functional(model)
    shape = functional.inputs[0].shape
    if len(functional.inputs) != 1 or len(shape) != 4 or None in shape[1:3]:
        return model
    image = keras.Input((None, None, shape[3]))
    try:
        # Many layers take an unknown size whatever they need, so a known one comes first.
        replay(functional, keras.Input((2 * shape[1] + 1, 2 * shape[2] + 1, shape[3])), _of_any_size)
        return keras.Model(image, replay(functional, image, _of_any_size), name=model.name)
    except (TypeError, ValueError):  # Keras refuses shapes with either.
        return model


def check_maps(model: keras.Model) -> None:
    """Refuses layers that give anything but feature maps.

    Args:
        model: One of `feature_extractor`.

    Raises:
        InputError: The output of a layer is not `(batch, rows, columns, channels)`.
    """
    for name, output in model.output.items():
        if len(output.shape) != 4:
            raise InputError(
                f"the layer {name!r} gives {output.shape[1:]} numbers for an image; it must be one of feature maps, "
                "(rows, columns, channels)"
            )


def _has_positions(model: keras.Model, side: int) -> bool:
    try:
        shapes = model.compute_output_shape((1, side, side, 3))
    except (TypeError, ValueError):  # the former from a SavedModel
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
    if model not in _smallest:
        found = bisect.bisect_left(range(1, LARGEST_SIDE), True, key=lambda side: _has_positions(model, side))
        _smallest[model] = 1 + found
    return _smallest[model]


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


def fit_image(model: keras.Model, pixels: np.ndarray, side: int = 224) -> np.ndarray:
    """A picture in a size that a network takes: whole for one that takes any size, else its middle.

    Args:
        model: If it takes one size only, the picture is made just large enough to cover that, and what sticks out on
            two sides is cut off evenly.
        pixels: float32 `(height, width, 3)` in [0, 1].
        side: To which the shorter side is brought for a network that takes any size, in pixels.

    Returns:
        float32 `(height, width, 3)` in [0, 1].
    """
    height, width = pixels.shape[:2]
    rows, columns = model.input_shape[1:3]
    scale = max((rows or side) / height, (columns or side) / width)
    size = max(rows or 1, round(height * scale)), max(columns or 1, round(width * scale))
    fitted = resize_image(pixels, size)
    rows, columns = rows or size[0], columns or size[1]
    top, left = (size[0] - rows) // 2, (size[1] - columns) // 2
    return fitted[top : top + rows, left : left + columns]
