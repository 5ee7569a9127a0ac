"""Both distances of a picture: to the style that it should have, and to the content that it should show."""

from dataclasses import dataclass

import numpy as np

from nst_tf.images import Source, as_picture, resize_image
from nst_tf.measures.lpips import lpips
from nst_tf.measures.style_distance import style_distances

__all__ = ["Evaluation", "evaluate"]


@dataclass(frozen=True)
class Evaluation:
    """How near a picture is to a style and to a content.

    Attributes:
        style_distance: The mean of `layers`: 0 for the style itself, about 1 for a grey nothing.
        content_distance: LPIPS with AlexNet: 0 for the content itself, 0.7 to 1 for another picture.
        layers: The style distance by layer of VGG16.
    """

    style_distance: float
    content_distance: float
    layers: dict[str, float]


def evaluate(content: Source, style: Source, result: Source) -> Evaluation:
    """Measures a picture that style was transferred to, at its own size, whoever made it.

    The style distance is the squared 2-Wasserstein distance between Gaussians of features, over the style's total
    variance, averaged over relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1 of VGG16; the content distance is LPIPS 0.1
    with AlexNet. The style is resampled so that its longest side is the result's, as `stylize` does; the content to the
    result's height and width.

    Args:
        content: What the picture should show: a `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8.
        style: The style it should have.
        result: The picture.

    Raises:
        InputError: An image cannot be used, or the result is less than 31 pixels high or wide.

    Example:
        >>> result = nst_tf.stylize(content, style, size=256)
        >>> distance = nst_tf.evaluate(content, style, result.picture).style_distance
    """
    content, style, result = (as_picture(image).pixels for image in (content, style, result))
    near = lpips(resize_image(content, result.shape[:2]), result)
    layers = style_distances(result, style)
    return Evaluation(float(np.mean(list(layers.values()))), near, layers)
