"""Pictures of features side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nst_tf.images import Picture
from nst_tf.images.montage import labelled, montage

__all__ = ["Sheet", "lay_out"]


@dataclass(frozen=True, repr=False)
class Sheet(Picture):
    """Pictures of features as one picture, and as they are.

    Attributes:
        images: float32 `(n, height, width, 3)` in [0, 1]; all variants of the first feature come first.
        names: What is pictured, one for each image.
    """

    images: np.ndarray | None = None
    names: tuple[str, ...] = ()


def lay_out(images: np.ndarray, names: Sequence[str], variants: int) -> Sheet:
    """A sheet about as wide as high, each image under its name; with several variants of a feature, a row for each.

    Args:
        images: float32 `(n, height, width, 3)` in [0, 1]; all variants of the first feature come first.
        names: Of the features.
        variants: Images of each.
    """
    columns = variants if variants > 1 else math.ceil(math.sqrt(len(images)))
    every = tuple(name for name in names for _ in range(variants))
    cells = [labelled(image, name) for image, name in zip(images, every, strict=True)]
    return Sheet(montage(cells, columns), images=images, names=every)
