"""Small networks with random weights of all kinds, batch norms and biases included, and photographs for them."""

from pathlib import Path

import keras
import numpy as np

from nst_tf.images import read_frame
from nst_tf.layers import ContrastNorm, SwitchMaxPool

PHOTOS = Path(__file__).parents[1] / "data" / "photos"
SIDE = 25

layers = keras.layers


def photograph(side, name="animal/dog"):
    return read_frame(PHOTOS / f"{name}.jpg", side)


def randomize(model, seed=0):
    """Gives a model generic weights: a variance stays positive, and activations stay about as large as they were."""
    random = np.random.default_rng(seed)
    for variable in model.variables:
        shape = tuple(variable.shape)
        if "variance" in variable.path or "gamma" in variable.path:
            variable.assign(random.uniform(0.5, 2.0, shape))
        elif variable.dtype.startswith("float"):
            spread = 1 / np.sqrt(np.prod(shape[:-1])) if len(shape) > 1 else 0.3
            variable.assign(random.normal(0, spread, shape))
    return model


def convolutions(image, rectify):
    x = rectify()(layers.Conv2D(6, 5, strides=(2, 1), padding="same")(image))
    x = rectify()(layers.Conv2D(8, 3, groups=2, padding="same")(x))
    x = rectify()(layers.Conv2D(6, (3, 2), dilation_rate=(2, 3))(x))
    x = rectify()(layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding="same")(x))
    return layers.Conv2D(5, 2, use_bias=False)(x)


def dilated_groups(image, rectify):
    x = rectify()(layers.Conv2D(4, 3, padding="same")(image))
    x = rectify()(layers.Conv2D(6, 3, groups=2, dilation_rate=2, padding="same")(x))
    return layers.DepthwiseConv2D(3, dilation_rate=2)(x)


def poolings(image, rectify):
    x = layers.Rescaling([2.0, 3.0, 1.0], [-1.0, -0.5, 0.0])(image)
    x = rectify()(layers.Conv2D(6, 3)(layers.ZeroPadding2D(((2, 1), (0, 3)))(x)))
    x = layers.MaxPooling2D(3, 2)(x)
    x = rectify()(layers.BatchNormalization()(layers.Conv2D(6, 3, padding="same")(x)))
    x = SwitchMaxPool(3, 2, "same")(x)
    x = rectify()(layers.Conv2D(6, 2)(x))
    x = layers.AveragePooling2D(3, 2, "same")(x)
    return layers.Conv2D(5, 1)(layers.Dropout(0.5)(x))


def branches(image, rectify):
    x = rectify()(layers.Conv2D(4, 3, padding="same")(image))
    one = rectify()(layers.Conv2D(4, 3, padding="same")(x))
    other = rectify()(layers.Conv2D(4, 5, padding="same")(x))
    x = layers.Concatenate()([layers.Add()([x, one]), layers.MaxPooling2D(3, 1, "same")(other), x])
    return layers.Conv2D(5, 3)(x)


def dense(image, rectify):
    x = layers.MaxPooling2D(2)(rectify()(layers.Conv2D(4, 3, strides=2)(image)))
    x = rectify()(layers.Dense(7)(layers.Flatten()(x)))
    return layers.Dense(5)(layers.Dropout(0.5)(x))


def nested(image, rectify):
    inside = keras.Input((12, 12, 4), dtype=image.dtype)
    block = keras.Model(inside, layers.Add()([inside, rectify()(layers.Conv2D(4, 3, padding="same")(inside))]))
    chain = keras.Sequential([keras.Input((12, 12, 4), dtype=image.dtype), rectify(), layers.Conv2D(5, 3)])
    x = layers.MaxPooling2D(2)(layers.Conv2D(4, 2)(image))
    return chain(block(x))


NETWORKS = {builder.__name__: builder for builder in (convolutions, dilated_groups, poolings, branches, dense, nested)}


def contrast(image, rectify):
    x = rectify()(layers.Conv2D(8, 3, strides=2)(image))
    x = ContrastNorm(2, bias=1.0, alpha=0.5)(layers.MaxPooling2D(3, 2)(x))
    return layers.Conv2D(5, 3)(x)


def network(build, rectify=layers.ReLU, dtype="float32", side=SIDE):
    """A model of one of the builders; its last layer is named `last`."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        image = keras.Input((side, side, 3), dtype=dtype, name="image")
        return randomize(keras.Model(image, layers.Identity(name="last")(build(image, rectify))))
    finally:
        keras.config.set_dtype_policy(before)
