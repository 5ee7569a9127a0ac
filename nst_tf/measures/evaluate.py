"""What can be told of a picture in numbers: how near it is to the style it should have and to what it should show."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nst_tf.images import Source, as_picture, match_color, resize_image
from nst_tf.measures.edges import edge_agreement
from nst_tf.measures.lpips import SMALLEST, lpips
from nst_tf.measures.patch_distance import Places, patch_distances, places
from nst_tf.measures.style_distance import Gaussian, beside, gaussian_distances, gaussians

__all__ = ["CONTROLS", "Evaluation", "Evaluator", "evaluate"]

CONTROLS = ("photograph", "painting", "recoloured")
ROUNDING = 1e-6  # a distance that is not told from 0


@dataclass(frozen=True)
class Evaluation:
    """How near a picture is to a style and to a content.

    Attributes:
        style_distance: The mean of `layers`: 0 for the style itself, about 1 for a grey nothing. It sees which features
            there are and how they vary together over the whole picture, not whether any place looks like the style.
        content_distance: LPIPS with AlexNet: 0 for the content itself, 0.7 to 1 for another picture. It sees what
            changes to a photograph people notice; colours and brush strokes count as such.
        layers: The style distance by layer of VGG16.
        patch_distance: How far places of the picture are from the place of the style that is most like them: 0 if each
            looks like one. It does not see where they are, nor whether they are all copies of a single place.
        omission_distance: The reverse, how far places of the style are from the picture's: 0 if all of the style is in
            the picture. It does not see what else is in it.
        edge_agreement: 1 if the edges of luminance are the content's, about 0 for another picture. It sees outlines,
            whatever the colours; strokes where the content is flat count against it as a lost outline does.
    """

    style_distance: float
    content_distance: float
    layers: dict[str, float]
    patch_distance: float
    omission_distance: float
    edge_agreement: float

    def shares(self, photograph: "Evaluation") -> dict[str, float]:
        """`style_share` and `patch_share`: the distances as shares of the photograph's own.

        1 is a picture that is no nearer to the style than the photograph was. They can be compared from one style to
        another, which the distances cannot.

        Args:
            photograph: The evaluation of the content itself, from `Evaluator.controls`.

        Returns:
            By name; NaN where the photograph's own distance is 0 but for rounding.
        """
        return {
            "style_share": _share(self.style_distance, photograph.style_distance),
            "patch_share": _share(self.patch_distance, photograph.patch_distance),
        }


def _share(value: float, whole: float) -> float:
    return value / whole if whole > ROUNDING else math.nan


class _Style(NamedTuple):
    """A style as it was measured in one size."""

    gaussians: dict[str, Gaussian]
    places: Places


class Evaluator:
    """Measures any number of pictures of one content in one style: `evaluator(result)` is an `Evaluation`.

    The style is measured once for all results with the same longest side.

    Args:
        content: What the pictures should show: a `Picture`, `(height, width, 3)`, floats in [0, 1] or uint8, or a path.
        style: The style they should have.

    Raises:
        InputError: An image cannot be used.

    Example:
        >>> evaluator = nst_tf.Evaluator(content, style)
        >>> found = {size: evaluator(nst_tf.stylize(content, style, size=size).picture) for size in (64, 96)}
        >>> photograph = evaluator.controls((48, 64))["photograph"]
        >>> share = found[64].shares(photograph)["style_share"]
    """

    def __init__(self, content: Source, style: Source):
        self._content, self._style = (as_picture(image).pixels for image in (content, style))
        self._measured: dict[int, _Style] = {}

    def __call__(self, result: Source) -> Evaluation:
        """Measures a picture at its own size; see `evaluate`.

        Raises:
            InputError: It cannot be used, or is less than 31 pixels high or wide.
        """
        result = as_picture(result).pixels
        content = resize_image(self._content, result.shape[:2])
        near = lpips(content, result)
        style = self._measured_style(max(result.shape[:2]))
        layers = gaussian_distances(gaussians(result), style.gaussians)
        patches, omission = patch_distances(places(result), style.places)
        mean = float(np.mean(list(layers.values())))
        return Evaluation(mean, near, layers, patches, omission, edge_agreement(content, result))

    def _measured_style(self, longest: int) -> _Style:
        if longest not in self._measured:
            style = beside(self._style, longest, SMALLEST)
            self._measured[longest] = _Style(gaussians(style), places(style))
        return self._measured[longest]

    def controls(self, size: tuple[int, int]) -> dict[str, Evaluation]:
        """What pictures score that nobody painted, beside which the numbers of results of a size can be read.

        Args:
            size: Height and width of the results.

        Returns:
            By name: of the `photograph`, the content itself in this size; of the `painting`, the style itself, its
            longest side that of the results; and of the `recoloured` photograph, which has the mean and the covariance
            of the painting's colours and nothing else of it.

        Raises:
            InputError: The size is less than 31 pixels high or wide.
        """
        photograph, painting = resize_image(self._content, size), beside(self._style, max(size), SMALLEST)
        pictures = photograph, painting, match_color(photograph, painting)
        return {name: self(pixels) for name, pixels in zip(CONTROLS, pictures, strict=True)}


def evaluate(content: Source, style: Source, result: Source) -> Evaluation:
    """Measures a picture that style was transferred to, at its own size, whoever made it.

    The style distance is the squared 2-Wasserstein distance between Gaussians of features, over the style's total
    variance, averaged over relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1 of VGG16; the content distance is LPIPS 0.1
    with AlexNet; `nst_tf.measures.patch_distance` and `nst_tf.measures.edges` define the others. The style is resampled
    so that its longest side is the result's, as `stylize` does; the content to the result's height and width.

    For many results there is `Evaluator`.

    Args:
        content: What the picture should show: a `Picture`, `(height, width, 3)`, floats in [0, 1] or uint8, or a path.
        style: The style it should have.
        result: The picture.

    Raises:
        InputError: An image cannot be used, or the result is less than 31 pixels high or wide.

    Example:
        >>> result = nst_tf.stylize(content, style, size=256)
        >>> distance = nst_tf.evaluate(content, style, result.picture).style_distance
    """
    return Evaluator(content, style)(result)
