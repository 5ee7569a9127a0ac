"""What ZFNet and AlexNet share when they are built to be trained: the classifier on top, and the numbers of maps."""

from collections.abc import Callable, Iterable, Mapping

import keras
import numpy as np

from nst_tf.backbones.features import smallest_size
from nst_tf.errors import InputError, unknown
from nst_tf.layers import SubtractMean

__all__ = ["OMITTABLE", "build_classifier", "normal"]

OMITTABLE = ("conv3", "conv4", "conv5", "fc6", "fc7")
DROPOUT = 0.5

Maps = Mapping[str, int]


def normal() -> keras.initializers.Initializer:
    """Weights drawn as Zeiler and Fergus 2013 do, from N(0, 1e-2)."""
    return keras.initializers.RandomNormal(stddev=1e-2)


def _choose_maps(table: Maps, width: float, omit: Iterable[str], maps: Maps) -> dict[str, int]:
    """The maps or units of every layer that is left."""
    for name in omit:
        if name not in OMITTABLE:
            raise unknown("layer to omit", name, OMITTABLE)
    for name in maps:
        if name not in table:
            raise unknown("layer", name, table)
    whole = {**table, **maps}
    return {name: max(1, round(width * count)) for name, count in whole.items() if name not in omit}


def _check_numbers(classes: int, width: float, maps: Maps) -> None:
    if not isinstance(classes, int) or classes < 1:
        raise InputError(f"classes is {classes!r}; it must be a positive whole number")
    if not width > 0:
        raise InputError(f"width is {width!r}; it must be above 0")
    for name, count in maps.items():
        if not isinstance(count, int) or count < 1:
            raise InputError(f"the maps of {name} are {count!r}; they must be a positive whole number")


def _check_side(name: str, features: Callable, maps: Maps, side: int) -> None:
    image = keras.Input((None, None, 3))
    smallest = smallest_size(keras.Model(image, features(image, dict.fromkeys(maps, 1))))
    if not isinstance(side, int) or side < smallest:
        raise InputError(
            f"side is {side!r}; it must be {smallest} or more for every layer of {name} to have a position"
        )


def _subtract(mean: np.ndarray | None, side: int) -> SubtractMean:
    shapes = (side, side, 3), (1, 1, 3)
    shape = shapes[0] if mean is None else np.shape(mean)
    if shape not in shapes:
        raise InputError(f"the mean has the shape {shape}; it must be {shapes[0]} or {shapes[1]}")
    layer = SubtractMean(shape, name="preprocess")
    if mean is not None:
        layer.mean = mean
    return layer


def _classify(x, maps: Maps, classes: int):
    x = keras.layers.Flatten(name="flatten")(x)
    for number in (6, 7):
        if f"fc{number}" in maps:
            x = keras.layers.Dense(maps[f"fc{number}"], kernel_initializer=normal(), name=f"fc{number}")(x)
            x = keras.layers.ReLU(name=f"relu{number}")(x)
            x = keras.layers.Dropout(DROPOUT, name=f"drop{number}")(x)
    x = keras.layers.Dense(classes, kernel_initializer=normal(), name="fc8")(x)
    # Probabilities and the loss of them stay float32 under a policy of mixed precision.
    return keras.layers.Softmax(name="softmax", dtype="float32")(x)


def build_classifier(
    name: str,
    features: Callable,
    table: Maps,
    *,
    classes: int,
    side: int,
    width: float,
    mean: np.ndarray | None,
    omit: Iterable[str],
    maps: Maps | None,
) -> keras.Model:
    """An untrained classifier of images on the features of a network; weights from N(0, 1e-2), biases 0.

    Args:
        name: Of the model.
        features: Called with the preprocessed image and the maps of each layer; gives the output of `pool5`.
        table: The published number of maps or units, by layer.
        classes: As `side`, `width`, `mean`, `omit` and `maps`: see `zfnet`.
        side: See `classes`.
        width: See `classes`.
        mean: See `classes`.
        omit: See `classes`.
        maps: See `classes`.

    Raises:
        InputError: As `zfnet`.
    """
    omit, maps = tuple(omit), maps or {}
    _check_numbers(classes, width, maps)
    chosen = _choose_maps(table, width, omit, maps)
    _check_side(name, features, chosen, side)
    preprocess = _subtract(mean, side)
    image = keras.Input((side, side, 3), name="image")
    x = _classify(features(preprocess(image), chosen), chosen, classes)
    return keras.Model(image, x, name=name)
