"""Projections beside the image that they are of, as one picture."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nst_tf.images.montage import montage
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.projections import Projections

__all__ = ["projection_sheet"]

GAP, LABEL = 12, 20
COLORS = ("#e6550d", "#3182bd", "#31a354", "#756bb1", "#d62728", "#8c6d31", "#17becf", "#e377c2")


def projection_sheet(projections: Projections) -> np.ndarray:
    """The image with the receptive fields marked, then the projections in the order given, each under its label.

    Returns:
        float32 `(height, width, 3)` in [0, 1].
    """
    colors = [COLORS[n % len(COLORS)] for n in range(len(projections.filters))]
    cells = [_labelled(_marked(projections, colors), projections.layer, "#333")]
    found = zip(projections.projections, projections.filters, projections.activations, colors, strict=True)
    cells += [_labelled(display_projection(one), f"filter {n}: {a:.3g}", color) for one, n, a, color in found]
    columns = len(cells) if len(cells) <= 4 else math.ceil(math.sqrt(len(cells)))
    return np.pad(montage(cells, columns, GAP), ((GAP, GAP), (GAP, GAP), (0, 0)), constant_values=1)


def _marked(projections: Projections, colors: list[str]) -> np.ndarray:
    image = Image.fromarray(np.uint8(projections.image * 255 + 0.5))
    draw = ImageDraw.Draw(image)
    # The strongest on top.
    for (top, left, bottom, right), color in reversed(list(zip(projections.boxes.tolist(), colors, strict=True))):
        draw.rectangle((left, top, right - 1, bottom - 1), outline=color, width=2)
    return np.asarray(image, np.float32) / 255


def _labelled(picture: np.ndarray, text: str, color: str) -> np.ndarray:
    label = Image.new("RGB", (picture.shape[1], LABEL), "white")
    ImageDraw.Draw(label).text((0, 2), text, fill=color, font=ImageFont.load_default(13))
    return np.concatenate([np.asarray(label, np.float32) / 255, picture])
