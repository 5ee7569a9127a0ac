"""What a recipe is: one kind of picture, in tensors, for the driver in Python and for the one in a graph."""

import functools
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from nst_tf.canvas import enlarge
from nst_tf.objectives import Objective
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.tiled import Tiled, values_of_parts
from nst_tf.views.storeys import tilings
from nst_tf.views.tiling import in_tiles, padded_to, pixels_of
from nst_tf.views.view import view

__all__ = ["Recipe", "at_size"]


def at_size(resize: Callable[..., tf.Tensor], image: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """An image brought to a size `(2,)` by `enlarge` or `lanczos` of the canvas."""
    return resize(image, *tf.unstack(size))


class Recipe(ABC):
    """One picture, or one batch of pictures, to be made: sizes, where to begin, objective and picture, all in tensors.

    Settings may be tensors (floats of float64), and everything computes the same to the bit in a graph and out of it:
    optimisation magnifies the smallest difference.

    Attributes:
        settings: How to make it; has a `plateau`, the fall of the loss per evaluation at which a scale ends, or 0.
        network: The features that the objective looks at, and the loop.
        sizes: Height and width of each scale, int32 `(scales, 2)`, coarse to fine.
        steps: Evaluations on each scale, `(scales,)`.
        parts: The names of the parts of the objective.
        tile: Side in pixels of the tiles by which larger canvases are looked at, see `tiling`; 0 for no tiles. Not in a
            graph.
        rounds: Into how many rounds the evaluations on a scale are divided, at least 1.
        renews: Whether at the beginning of each the objective is renewed for what the canvas shows by then.
    """

    settings: Any
    network: FeatureLoop
    sizes: tf.Tensor
    steps: tf.Tensor
    parts: tuple[str, ...]
    rounds: tf.Tensor | int = 1
    renews: bool = False
    tile: int = 0

    @abstractmethod
    def start(self) -> tf.Tensor:
        """The canvas `(batch, height, width, 3)` that the first scale starts from."""

    @abstractmethod
    def objective(self, size: tf.Tensor) -> dict[str, Objective]:
        """The named parts of the objective for what is worked on of a canvas of this size; their sum is minimised."""

    def window(self, size: tf.Tensor) -> tf.Tensor | None:
        """Which part of a canvas of this size is worked on, see `pixels_of`; `None` for all of it."""
        del size
        return None

    def part_size(self, size: tf.Tensor) -> tf.Tensor:
        """Height and width of the part of a canvas of this size that is worked on."""
        window = self.window(size)
        return size if window is None else window[2:] - window[:2]

    def part(self, canvas: tf.Tensor) -> tf.Tensor:
        """What is worked on, of a canvas or of an image of its size."""
        window = self.window(tf.shape(canvas)[1:3])
        return canvas if window is None else pixels_of(canvas, window)

    def whole(self, part: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """A canvas of this size, of which a part was worked on; the rest of it is 0."""
        window = self.window(size)
        return part if window is None else padded_to(size, part, window)

    def begin(self) -> Any:
        """The optimizer's state before the first evaluation."""
        return self.network.loop.optimizer.start(self.part(self.start()))

    def enlarge(self, canvas: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """A canvas of one scale brought to the size of another."""
        return at_size(enlarge, canvas, size)

    def enter(self, state: Any, before: tf.Tensor, size: tf.Tensor) -> Any:
        """The optimizer's state that a scale begins with, from where the one before ended, by the sizes of both."""
        optimizer = self.network.loop.optimizer

        def carry(maps, images, method):
            del images
            return self.part(tf.image.resize(self.whole(maps, before), size, method))

        canvas = self.enlarge(self.whole(optimizer.image(state), before), size)
        return optimizer.enlarge(state, self.part(canvas), carry)

    def total(self, parts: dict[str, Objective], size: tf.Tensor) -> Objective:
        """What is minimised, for what is worked on of this size: the sum of the parts, by tiles if it is larger."""
        total = functools.reduce(operator.add, parts.values())
        if not self.tile:  # as in a graph, where no size is known
            return total
        height, width = size.numpy().tolist()
        if not in_tiles((height, width), self.tile):
            return total
        return Tiled.by(total, tilings(self.network.storeys, (height, width), self.tile))

    def renewed(self, parts: dict[str, Objective], canvas: tf.Tensor) -> dict[str, Objective]:
        """The parts of an objective, renewed for what is worked on of a canvas."""
        seen = view(self.network, canvas, self.tile)
        choices = seen.choices(lambda features: {name: part.choices(features) for name, part in parts.items()})
        return {name: part.chosen(choices[name]) for name, part in parts.items()}

    def picture(self, canvas: tf.Tensor) -> tf.Tensor:
        """A canvas of any scale as the finished pictures, `(batch, height, width, 3)` in [0, 1]."""
        return self.enlarge(canvas, self.sizes[-1])

    def losses(self, canvas: tf.Tensor, parts: dict[str, Objective]) -> dict[str, tf.Tensor]:
        """The value of each part of an objective for what is worked on of a canvas."""
        if in_tiles(canvas.shape[1:3], self.tile):
            total = self.total(parts, tf.shape(canvas)[1:3])
            found = values_of_parts(self.network.storeys, canvas, parts, total)
        else:
            features = self.network.features(canvas)
            found = {name: part(features, canvas) for name, part in parts.items()}
        return {name: tf.reduce_sum(value) for name, value in found.items()}
