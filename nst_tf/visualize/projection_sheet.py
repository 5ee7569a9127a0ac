"""Projections under the image that they are of, as one picture."""

import math

import numpy as np
from PIL import Image, ImageDraw

from nst_tf.images import resize_image
from nst_tf.images.montage import labelled, montage
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.projections import Projections

__all__ = ["projection_sheet"]

GAP = 12
COLORS = ("#e6550d", "#3182bd", "#31a354", "#756bb1", "#d62728", "#8c6d31", "#17becf", "#e377c2")


def projection_sheet(projections: Projections) -> np.ndarray:
    """The image with the receptive fields marked; under it the projections in the order given, each under its label.

    A projection is cut to its receptive field, enlarged to the height of the image, and beside that whole; of units
    that see the whole image there is that only.

    Returns:
        float32 `(height, width, 3)` in [0, 1].
    """
    colors = [COLORS[n % len(COLORS)] for n in range(len(projections.filters))]
    image = labelled(_marked(projections, colors), projections.layer, "#333")
    found = zip(projections.projections, projections.boxes.tolist(), strict=True)
    shown = [_shown(one, box) for one, box in found]
    labels = [f"filter {n}: {a:.3g}" for n, a in zip(projections.filters, projections.activations, strict=True)]
    cells = [labelled(*one) for one in zip(shown, labels, colors, strict=True)]
    columns = len(cells) if len(cells) <= 2 else math.ceil(math.sqrt(len(cells)))
    rows = [image, montage(cells, columns, GAP)]
    width = max(row.shape[1] for row in rows)
    rows = [np.pad(row, ((GAP, 0), (GAP, GAP + width - row.shape[1]), (0, 0)), constant_values=1) for row in rows]
    return np.pad(np.concatenate(rows), ((0, GAP), (0, 0), (0, 0)), constant_values=1)


def _marked(projections: Projections, colors: list[str]) -> np.ndarray:
    image = Image.fromarray(np.uint8(projections.image * 255 + 0.5))
    draw = ImageDraw.Draw(image)
    # The strongest on top.
    for (top, left, bottom, right), color in reversed(list(zip(projections.boxes.tolist(), colors, strict=True))):
        draw.rectangle((left, top, right - 1, bottom - 1), outline=color, width=2)
    return np.asarray(image, np.float32) / 255


def _shown(projection: np.ndarray, box: list[int]) -> np.ndarray:
    """The receptive field, in a square of the image's height, beside the whole."""
    top, left, bottom, right = box
    whole, (height, width) = display_projection(projection), projection.shape[:2]
    if (bottom - top, right - left) == (height, width):
        return whole
    field = display_projection(projection[top:bottom, left:right])
    scale = height / max(field.shape[:2])
    size = [max(1, round(side * scale)) for side in field.shape[:2]]
    square = np.ones((height, height, 3), np.float32)
    square[: size[0], : size[1]] = resize_image(field, tuple(size))
    return np.concatenate([square, np.ones((height, GAP, 3), np.float32), whole], 1)
