"""AlexNet with one tower (Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks")."""

from nst_tf.backbones.parts import PADDINGS, POOLINGS, convolve

__all__ = ["alexnet_features"]


def alexnet_features(x, pooling: str, padding: str):
    """Adds the layers `pad1`, `conv1`, `relu1`, `pool1` to `pool5`.

    Args:
        x: The preprocessed image, `(batch, height, width, 3)`.
        pooling: A key of `POOLINGS`.
        padding: A key of `PADDINGS`, for the first convolution; all others pad with zeros.

    Returns:
        The output of `pool5`, `(batch, rows, columns, 256)`.
    """

    def pool(x, number: int):
        return POOLINGS[pooling](3, strides=2, name=f"pool{number}")(x)

    # With a stride of 4, TensorFlow's "same" pads other pixels than the network was trained with.
    x = PADDINGS[padding](2, name="pad1")(x)
    x = pool(convolve(x, "1", 64, 11, strides=4, padding="valid"), 1)
    x = pool(convolve(x, "2", 192, 5), 2)
    for number, channels in ((3, 384), (4, 256), (5, 256)):
        x = convolve(x, str(number), channels, 3)
    return pool(x, 5)
