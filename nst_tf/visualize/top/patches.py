"""Projections of many activations, each with the patch of the image that it is of.

What a unit shows lies within its receptive field, and depends on nothing outside it: so a network that takes any size
is run on the smallest crop that holds the receptive field and lies on the network's grid. A crop ends at the image's
edge where the receptive field reaches beyond it, and its side is that of the image modulo the layer's stride, so that
every padding is the same as in the whole image and the result is equal.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np

from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import ReceptiveField, receptive_field
from nst_tf.images import resize
from nst_tf.visualize.deconv import Deconv

__all__ = ["PatchProjector", "Patches"]

LARGEST = 104  # a side, in pixels, of what is kept
GREY = 0.5

Box = tuple[int, int, int, int]


class Patches(NamedTuple):
    """Receptive fields and what is projected into them; a projection is `projections * scales / 127`.

    Attributes:
        patches: uint8 `(n, side, side, 3)`, the pixels of the receptive fields; grey outside the image.
        projections: int8 `(n, side, side, 3)`, the projection over its largest magnitude, times 127; 0 outside.
        scales: float32 `(n,)`, the largest magnitude of each.
    """

    patches: np.ndarray
    projections: np.ndarray
    scales: np.ndarray


def _crop_side(field: ReceptiveField) -> int:
    """The side of the crops, of square images."""
    (side, _), size = field.image, max(field.size)
    if field.whole:
        return side
    least, grid = size + max(field.stride) - 1, math.lcm(*field.stride)
    return min(side, least + (side - least) % grid)


def _cut(pixels: np.ndarray, box: Box, fill: float) -> np.ndarray:
    """The pixels in a box, `fill` where it reaches beyond the image."""
    top, left, bottom, right = box
    made = np.full((bottom - top, right - left, 3), fill, np.float32)
    inside = pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    down, across = max(-top, 0), max(-left, 0)
    made[down : down + inside.shape[0], across : across + inside.shape[1]] = inside
    return made


class PatchProjector:
    """Projects activations of one layer, in batches of one shape.

    Args:
        model: The network.
        layer: Name of the layer.
        side: Of the square images, in pixels.
        rule: Of `Deconv`.
        batch: Projections at a time.

    Attributes:
        field: The receptive fields of the layer.
        side: Of the patches, in pixels: that of the receptive field, or `LARGEST` if that is less.
        batch: Projections at a time.

    Raises:
        InputError: The layer is unknown or cannot be projected.
    """

    def __init__(self, model: keras.Model, layer: str, side: int, rule: str = "deconvnet", batch: int = 32):
        graph = Graph(model)
        self.field = receptive_field(graph, layer, side, side)
        self.side = min(max(self.field.size), LARGEST)
        self._crop = side if model.inputs[0].shape[1] is not None else _crop_side(self.field)
        self._deconv = Deconv(model, layer, rule, position="given")
        self.batch = batch

    def __call__(self, frames: Sequence[np.ndarray], filters: np.ndarray, positions: np.ndarray) -> Patches:
        """Projects any number of activations.

        Args:
            frames: The image of each, float32 `(side, side, 3)` in [0, 1].
            filters: int32 `(n,)`.
            positions: int32 `(n, 2)`, row and column.
        """
        corners = np.array([self._corner(position) for position in positions])
        projections = []
        for first in range(0, len(frames), self.batch):
            places = np.minimum(np.arange(first, first + self.batch), len(frames) - 1)
            projections.extend(self._project(frames, filters, positions, corners, places)[: len(frames) - first])
        cuts = [self._cuts(*one) for one in zip(frames, projections, positions, corners, strict=True)]
        return Patches(*map(np.stack, zip(*cuts, strict=True)))

    def _corner(self, position: np.ndarray) -> tuple[int, int]:
        """Where the crop for a position begins."""
        if self.field.whole:
            return 0, 0
        starts = zip(self.field.span(position)[:2], self.field.stride, self.field.image, strict=True)
        top, left = (min(max(start, 0) // stride * stride, side - self._crop) for start, stride, side in starts)
        return top, left

    def _project(self, frames, filters, positions, corners, places) -> np.ndarray:
        crops = [
            frames[n][top : top + self._crop, left : left + self._crop]
            for n, (top, left) in zip(places, corners[places], strict=True)
        ]
        shifted = positions[places] - corners[places] // np.maximum(self.field.stride, 1)
        found = self._deconv({"image": np.stack(crops), "filter": filters[places], "position": shifted})
        return found["projection"].numpy()

    def _cuts(self, frame, projection, position, corner) -> tuple[np.ndarray, np.ndarray, np.floating]:
        box = self.field.span(position) if not self.field.whole else self.field.box(position)
        patch = _cut(frame, box, GREY)
        inner = (box[0] - corner[0], box[1] - corner[1], box[2] - corner[0], box[3] - corner[1])
        projected = _cut(projection, inner, 0.0)
        size = (self.side, self.side)
        if patch.shape[:2] != size:
            patch, projected = resize(patch, size), resize(projected, size)
        scale = np.abs(projected).max()
        levels = np.rint(projected * (127 / scale if scale else 0))
        return (patch.clip(0, 1) * 255 + 0.5).astype(np.uint8), levels.astype(np.int8), scale
