"""VGG16 and VGG19 (Simonyan and Zisserman 2014, configurations D and E): 3x3 convolutions in five blocks."""

import keras

from nst_tf.backbones.convolution import PADDINGS, POOLINGS, convolve

__all__ = ["VGG16_DEPTHS", "VGG19_DEPTHS", "vgg_classifier", "vgg_features"]

VGG16_DEPTHS = (2, 2, 3, 3, 3)
VGG19_DEPTHS = (2, 2, 4, 4, 4)
WIDTHS = (64, 128, 256, 512, 512)
DENSE_UNITS = (4096, 4096, 1000)


def _convolve(x, number: str, channels: int, padding: str):
    if padding == "zero" or (padding == "replicate" and number != "1_1"):
        return convolve(x, number, channels, 3)
    padded = PADDINGS[padding](1, name=f"pad{number}")(x)
    return convolve(padded, number, channels, 3, padding="valid")


def vgg_features(x: keras.KerasTensor, depths: tuple[int, ...], pooling: str, padding: str) -> keras.KerasTensor:
    """Adds the layers `conv1_1`, `relu1_1` to `pool5`.

    Args:
        x: The preprocessed image, `(batch, height, width, 3)`.
        depths: How many convolutions each block has.
        pooling: A key of `POOLINGS`.
        padding: A key of `PADDINGS`; `"replicate"` for the first convolution only, all others pad with zeros.

    Returns:
        The output of `pool5`, `(batch, height // 32, width // 32, 512)`.
    """
    for block, (depth, width) in enumerate(zip(depths, WIDTHS, strict=True), 1):
        for index in range(1, depth + 1):
            x = _convolve(x, f"{block}_{index}", width, padding)
        x = POOLINGS[pooling](2, name=f"pool{block}")(x)
    return x


def vgg_classifier(x: keras.KerasTensor) -> keras.KerasTensor:
    """Adds the layers `flatten`, `fc6`, `relu6`, `fc7`, `relu7`, `fc8` and `softmax`.

    Args:
        x: The output of `pool5` for an image of 224x224, `(batch, 7, 7, 512)`.

    Returns:
        The probabilities of the 1000 classes of ImageNet, `(batch, 1000)`.
    """
    x = keras.layers.Flatten(name="flatten")(x)
    activations = (
        keras.layers.ReLU(name="relu6"),
        keras.layers.ReLU(name="relu7"),
        keras.layers.Softmax(name="softmax"),
    )
    for number, (units, activate) in enumerate(zip(DENSE_UNITS, activations, strict=True), 6):
        x = activate(keras.layers.Dense(units, kernel_initializer="zeros", name=f"fc{number}")(x))
    return x
