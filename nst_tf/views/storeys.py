"""A network in storeys, so that each of them can be looked at by tiles of its own.

What the units of a tile see around it is looked at with the tiles beside it, too: for relu4_1 of VGG16 that is 32
pixels on each side. A lower storey that ends with its second pooling needs 8 only, and the upper one, whose maps are
small, has room for tiles of twice the side: of tiles of 512 pixels, 6 % is looked at twice, and not 23 %.
"""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from nst_tf.backbones.graph import Graph, Step
from nst_tf.backbones.receptive_field import POOLS, receptive_field
from nst_tf.views.tiling import Tiling, tiling

__all__ = ["Storey", "storeys", "tilings"]

SEEN = 16  # pixels: the side of what a unit of the maps between two storeys sees, at most
PASSED = 8  # numbers that those maps have for a pixel, at most: there is memory for all of them at a time
WIDER = 2  # times the side of a tile, on the upper storey


class Storey(NamedTuple):
    """A part of a network.

    Attributes:
        graph: What takes images, or the maps of the storey below.
        layers: Those that are looked at.
        passed: The layer whose maps the storey above takes; "" for the highest.
    """

    graph: Graph
    layers: tuple[str, ...]
    passed: str = ""

    @property
    def seen(self) -> tuple[str, ...]:
        """All layers whose maps are needed."""
        return (*self.layers, self.passed) if self.passed else self.layers

    def look(self, maps: tf.Tensor) -> dict[str, tf.Tensor]:
        """The maps of these layers, in float32 at least, and those for the storey above as they are computed."""
        features = self.graph.features(maps, self.seen)
        return features | {
            layer: tf.cast(features[layer], tf.float32) for layer in self.layers if features[layer].dtype.size < 4
        }


def storeys(graph: Graph, layers: Sequence[str], size: tuple[int, int]) -> list[Storey]:
    """A network in two storeys, parted at a pooling, or in one, if there is no place for it.

    Args:
        graph: Of the network.
        layers: Names of the layers to be looked at.
        size: Height and width of images, in pixels.
    """
    for step in reversed(graph.upto(layers)):
        if isinstance(step.operation, POOLS) and _is_small(graph, step, size):
            above = graph.above(step.name)
            upper = tuple(layer for layer in layers if step in graph.upto([layer]) and layer != step.name)
            if upper and all(graph.start not in needed.inputs for needed in above.upto(upper)):
                lower = tuple(layer for layer in layers if layer not in upper)
                return [Storey(graph, lower, step.name), Storey(above, upper)]
    return [Storey(graph, tuple(layers))]


def _is_small(graph: Graph, pool: Step, size: tuple[int, int]) -> bool:
    """Whether what a pooling makes of images is seen from near, and takes little memory."""
    field = receptive_field(graph, pool.name, *size, by_place=True)
    return not field.whole and max(field.size) <= SEEN and pool.shape[-1] <= PASSED * field.stride[0] * field.stride[1]


def tilings(parts: Sequence[Storey], size: tuple[int, int], side: int) -> list[Tiling]:
    """How each storey is divided into tiles.

    Args:
        parts: The storeys, from below.
        size: Height and width of the images, in pixels.
        side: About the longest side of a tile of the image, in pixels, without its margin.

    Raises:
        InputError: See `tiling`.
    """
    made = []
    for storey in parts:
        made.append(tiling(storey.graph, storey.seen, size, side))
        if storey.passed:
            rows, columns = made[-1].boxes[storey.passed][0, -2:].numpy().tolist()
            side, size = side * WIDER * rows // size[0], (rows, columns)
    return made
