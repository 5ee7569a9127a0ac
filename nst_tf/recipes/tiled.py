"""Objectives of images that are looked at tile by tile, with exact values and gradients.

Global statistics first, then gradients, as Galerne et al. 2024, "Scaling Painting Style Transfer" (arXiv 2212.13459),
do it for theirs; here storey by storey of the network.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from nst_tf.objectives import Objective
from nst_tf.objectives.part import IMAGE, Box
from nst_tf.views.storeys import Storey
from nst_tf.views.tiling import Tiling, part_of, pixels_of

__all__ = ["Tiled", "exact_value", "values_of_parts"]

Terms = Mapping[int, Objective]
Weighed = Sequence[tuple[tf.Tensor, Objective]]  # terms and their weights
Sums = Mapping[int, Any]  # of terms, by their numbers
Grown = tuple[tf.Tensor, tf.Tensor]  # maps so far: of the row of tiles that is looked at, and of all rows before


class Tiled(Objective):
    """An objective of images that are looked at by tiles.

    Attributes:
        objective: One whose terms are told from sums.
        windows: Of each storey, from below, see `Tiling`.
        boxes: Likewise.
    """

    objective: Objective
    windows: tuple[tf.Tensor, ...]
    boxes: tuple[Mapping[str, tf.Tensor], ...]

    @classmethod
    def by(cls, objective: Objective, tilings: Sequence[Tiling]) -> "Tiled":
        """The objective, looked at by these tiles of each storey."""
        return cls(objective, tuple(one.windows for one in tilings), tuple(one.boxes for one in tilings))


class _Floor:
    """One storey of the network, with what is asked of it.

    Args:
        storey: As given.
        terms: Those that look at its layers.
        maps: What it takes, whole.
        windows: See `Tiling`.
        boxes: Likewise.
    """

    def __init__(
        self, storey: Storey, terms: Terms, maps: tf.Tensor, windows: tf.Tensor, boxes: Mapping[str, tf.Tensor]
    ):
        self._storey, self._maps, self._windows, self._boxes = storey, maps, windows, boxes

        def look(seen, number):
            features, tile = storey.look(seen), part_of(boxes, number)
            sums = {name: term.sums(features, seen, tile) for name, term in terms.items()}
            return sums, [tile.cut(storey.passed, features[storey.passed])] if storey.passed else []

        specs = tf.TensorSpec([maps.shape[0], None, None, maps.shape[-1]], maps.dtype), tf.TensorSpec([], tf.int32)
        # Traced once, for both passes.
        self._look = tf.function(look, input_signature=specs, autograph=False).get_concrete_function()

    def _each(self, add: Callable[[tf.Tensor, Any], Any], start: Any) -> Any:
        """What becomes of a value that is taken through all tiles."""
        count = tf.shape(self._windows)[0]
        shapes = tf.nest.map_structure(_growing, start)
        return tf.while_loop(
            lambda number, _: number < count,
            lambda number, value: (number + 1, add(number, value)),
            (tf.constant(0), start),
            (tf.TensorShape([]), shapes),
            parallel_iterations=1,
        )[1]

    def survey(self) -> tuple[Sums, list[tf.Tensor]]:
        """The sums over all tiles, added up in float64, and the maps that the storey above takes."""
        sums, passed = self._look.structured_outputs
        nothing = tf.nest.map_structure(lambda one: tf.zeros(one.shape, tf.float64), sums)

        def add(number, made):
            totals, grown = made
            sums, passed = self._look(pixels_of(self._maps, self._windows[number]), number)
            totals = tf.nest.map_structure(lambda total, one: total + tf.cast(one, tf.float64), totals, sums)
            start = self._box(number, self._storey.passed).start if passed else None
            return totals, [self._grown(number, *both, start) for both in zip(grown, passed, strict=True)]

        totals, grown = self._each(add, (nothing, [self._none(one, self._storey.passed) for one in passed]))
        return totals, [whole for _, whole in grown]

    def gradient(self, slopes: Sums, above: list[tf.Tensor]) -> tf.Tensor:
        """That of what it takes, by the slopes along its sums and the gradient of what the storey above takes."""

        def add(number, grown):
            seen = pixels_of(self._maps, self._windows[number])
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(seen)
                sums, passed = self._look(seen, number)
            of_tile = [part_of(self._boxes, number).of(self._storey.passed, one) for one in above]
            upstream = {name: slopes[name] for name in sums}, of_tile
            own = tape.gradient((sums, passed), seen, upstream, unconnected_gradients="zero")
            return self._grown(number, grown, own, self._windows[number, :2])

        return self._each(add, self._none(self._maps, IMAGE))[1]

    def _box(self, number: tf.Tensor, layer: str) -> Box:
        return part_of(self._boxes, number).boxes[layer]

    def _none(self, like: tf.Tensor, layer: str) -> Grown:
        """No rows of a layer's maps, before the first tile."""
        none = tf.zeros([tf.shape(self._maps)[0], 0, self._boxes[layer][0, -1], like.shape[-1]], like.dtype)
        return none, none

    def _grown(self, number: tf.Tensor, grown: Grown, part: tf.Tensor, start: tf.Tensor) -> Grown:
        """Maps with what was made of one more tile added, which begins at this row and column.

        Row by row, since whatever is added to maps has them copied as a whole.
        """
        row, whole = grown
        box = self._box(number, IMAGE)
        first, last = box.start[1] == 0, box.start[1] + box.size[1] == box.whole[1]
        row = tf.cond(first, lambda: part, lambda: _continued(row, part, start[1], 2))
        return row, tf.cond(last, lambda: _continued(whole, row, start[0], 1), lambda: whole)


def _growing(value: tf.Tensor) -> tf.TensorShape:
    """Of what shapes a value may become, if it is of maps."""
    return tf.TensorShape([value.shape[0], None, None, value.shape[-1]]) if value.shape.rank == 4 else value.shape


def _continued(maps: tf.Tensor, part: tf.Tensor, start: tf.Tensor, axis: int) -> tf.Tensor:
    """Maps and a part that begins where they have not yet ended; where both are, their sum."""
    common, length = tf.shape(maps)[axis] - start, tf.shape(part)[axis]
    before, ours = tf.split(maps, [start, common], axis)
    theirs, after = tf.split(part, [common, length - common], axis)
    return tf.concat([before, ours + theirs, after], axis)


def _by_storey(storeys: Sequence[Storey], terms: Sequence[Objective]) -> list[Terms]:
    """The terms that look at each storey; those of pixels look at the lowest."""
    places = {layer: number for number, storey in enumerate(storeys) for layer in storey.layers}
    found = [places.get(getattr(term, "layer", None), 0) for term in terms]
    return [{name: term for name, term in enumerate(terms) if found[name] == number} for number in range(len(storeys))]


def _survey(
    storeys: Sequence[Storey], images: tf.Tensor, terms: Sequence[Objective], tiled: Tiled
) -> tuple[list[_Floor], Sums]:
    """The storeys, from below, with what the terms want of them, and the sums of all terms."""
    floors, sums, maps = [], {}, [images]
    by_storey = _by_storey(storeys, terms)
    for storey, own, windows, boxes in zip(storeys, by_storey, tiled.windows, tiled.boxes, strict=True):
        floors.append(_Floor(storey, own, *maps, windows, boxes))
        found, maps = floors[-1].survey()
        sums |= found
    return floors, sums


def _of_sums(weighed: Weighed, sums: Iterable[Any]) -> tf.Tensor:
    return tf.add_n([weight * term.of_sums(one) for (weight, term), one in zip(weighed, sums, strict=True)])


def _value(weighed: Weighed, sums: Sums) -> tuple[tf.Tensor, Sums]:
    """The value by sums, and its slope along each of them, in float64: moments of large images need it."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(sums)
        value = _of_sums(weighed, [sums[number] for number in range(len(weighed))])
    return value, tape.gradient(value, sums, unconnected_gradients="zero")


def exact_value(storeys: Sequence[Storey], images: tf.Tensor, tiled: Tiled) -> tf.Tensor:
    """The value of images of a size, `(batch,)`, whose gradient takes the memory of one tile and of the maps between
    storeys.

    A first pass, from below, adds up what each tile has to say; the value follows from that, and so does how much each
    of these sums counts. A second pass, from above, takes the gradient of each tile with these weights.

    Args:
        storeys: The network, from below.
        images: `(batch, height, width, 3)`.
        tiled: The objective, and the tiles of images of this size.
    """
    weighed = tiled.objective.weighed()
    floors, sums = _survey(storeys, tf.stop_gradient(images), [term for _, term in weighed], tiled)
    value, slopes = _value(weighed, sums)
    value, slopes = tf.nest.map_structure(lambda one: tf.cast(one, images.dtype), (value, slopes))
    gradient: list[tf.Tensor] = []
    for floor in reversed(floors):
        gradient = [floor.gradient(slopes, gradient)]

    @tf.custom_gradient
    def known(images):
        del images
        return value, lambda upstream: upstream[:, None, None, None] * gradient[0]

    return known(images)


def values_of_parts(
    storeys: Sequence[Storey], images: tf.Tensor, parts: Mapping[str, Objective], tiled: Tiled
) -> dict[str, tf.Tensor]:
    """The value of each part of an objective, `(batch,)` in float64.

    Args:
        storeys: See `exact_value`.
        images: Likewise.
        parts: Of which the terms are told from sums.
        tiled: Their sum, by the tiles of images of this size.
    """
    weighed = {name: part.weighed() for name, part in parts.items()}
    _, sums = _survey(storeys, images, [term for terms in weighed.values() for _, term in terms], tiled)
    numbers = itertools.count()
    return {name: _of_sums(terms, [sums[next(numbers)] for _ in terms]) for name, terms in weighed.items()}
