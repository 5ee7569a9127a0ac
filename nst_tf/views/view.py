"""What a network sees of one image: as a whole, or by tiles, where the whole would take too much memory."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from nst_tf.objectives.moments import exact_moments
from nst_tf.objectives.part import IMAGE, Tile
from nst_tf.objectives.places import Sample, looked_at, patches_at, sample, sample_of_moments
from nst_tf.views.tiling import Tiling, in_tiles, join, pixels_of

__all__ = ["Network", "Study", "TiledView", "View", "added", "fill", "view"]

Features = Mapping[str, tf.Tensor]
Weights = Mapping[str, tf.Tensor | None]  # of the positions of the whole image, by layer


class Network(Protocol):
    """What images are seen with."""

    def observe(self, image: tf.Tensor) -> Features:
        """The features of an image `(1, height, width, 3)` in [0, 1], by layer."""
        ...

    def tiling(self, size: tuple[int, int], tile: int, further: int = 0) -> Tiling:
        """How images of a height and width are divided into tiles, see `tiling`."""
        ...


class Study(Protocol):
    """What is known of an image that others are to be like.

    Attributes:
        moments: Its raw moments by layer, float64 `(1, channels)` and `(1, channels, channels)`.
    """

    moments: Mapping[str, tuple[tf.Tensor, tf.Tensor]]

    def patches(self, layer: str, side: int) -> tf.Tensor:
        """Those of its features at the places that `looked_at` chooses, `(places, n)`."""
        ...

    def sample(self, layer: str, side: int) -> Sample:
        """See `Sample`."""
        ...


class View:
    """What a network sees of an image, looked at as a whole.

    Args:
        network: Whose features are seen.
        image: `(1, height, width, 3)` in [0, 1].

    Attributes:
        sizes: Rows and columns of the maps by layer, `(2,)`.
    """

    sizes: Mapping[str, tf.Tensor]

    def __init__(self, network: Network, image: tf.Tensor):
        self._features = network.observe(image)
        self.sizes = {layer: tf.shape(maps)[1:3] for layer, maps in self._features.items()}

    def maps(self, layers: Sequence[str], dtype: tf.DType | None = None) -> dict[str, tf.Tensor]:
        """The features of some layers, of the whole image.

        Args:
            layers: Names of the layers.
            dtype: What they are to be kept as; what they are by default.
        """
        return {layer: tf.cast(self._features[layer], dtype or self._features[layer].dtype) for layer in layers}

    def choices(self, choose: Callable[[Features], Any]) -> Any:
        """Maps of the whole image, in any structure, which are made of the features at each position alone."""
        return choose(self._features)

    def study(self, weights: Weights, sides: Sequence[tuple[str, int]] = ()) -> Study:
        """What is known of the image.

        Args:
            weights: Of all layers whose moments are asked for.
            sides: The layers of which patches or samples will be asked for, each with the side of the patches.
        """
        del sides
        return _StudyOfWhole(self._features, weights)


class _StudyOfWhole:
    moments: Mapping[str, tuple[tf.Tensor, tf.Tensor]]

    def __init__(self, features: Features, weights: Weights):
        self._features, self._weights = features, weights
        self.moments = {layer: exact_moments(layer, features[layer], own) for layer, own in weights.items()}

    def patches(self, layer: str, side: int) -> tf.Tensor:
        maps = self._features[layer]
        return patches_at(maps, *looked_at(tf.shape(maps)[1:3], self._weights[layer], side), side)

    def sample(self, layer: str, side: int) -> Sample:
        return sample(self._features[layer], side, self._weights[layer])


class TiledView(View):
    """What a network sees of an image, looked at tile by tile.

    Args:
        network: Whose features are seen.
        image: `(1, height, width, 3)` in [0, 1].
        tile: See `tiling`.
    """

    def __init__(self, network: Network, image: tf.Tensor, tile: int):
        self._network, self._image = network, image
        self._tiling = network.tiling(tuple(image.shape[1:3]), tile, further=1)
        boxes = self._tiling.boxes
        self.sizes = {layer: boxes[layer][0, -2:] for layer in boxes if layer != IMAGE}

    def _each(self, see: Callable[[Tile, Features, tf.Tensor], Any]) -> Iterator[Any]:
        for window, part in self._tiling.parts():
            seen = pixels_of(self._image, window)
            yield see(part, self._network.observe(seen), seen)

    def _joined(self, see: Callable[[Tile, Features, tf.Tensor], Any]) -> Any:
        return join(list(self._each(see)), self._tiling.across)

    def _summed(self, see: Callable[[Tile, Features, tf.Tensor], Any]) -> Any:
        """The sums in float64."""
        return functools.reduce(added, self._each(see), None)

    def maps(self, layers: Sequence[str], dtype: tf.DType | None = None) -> dict[str, tf.Tensor]:
        # Filled in as they come, since two copies of all may be more than there is memory for.
        whole: dict[str, np.ndarray] = {}

        def see(part, features, _):
            fill(whole, part, {layer: tf.cast(features[layer], dtype or features[layer].dtype) for layer in layers})

        for _ in self._each(see):
            pass
        return {layer: tf.constant(whole.pop(layer)) for layer in layers}

    def choices(self, choose: Callable[[Features], Any]) -> Any:
        def chosen(part, features, _):
            return choose({layer: part.cut(layer, maps) for layer, maps in features.items()})

        return self._joined(chosen)

    def study(self, weights: Weights, sides: Sequence[tuple[str, int]] = ()) -> Study:
        found: dict[tuple[str, int], list] = {one: [] for one in sides}
        places = {one: looked_at(self.sizes[one[0]], weights[one[0]], one[1]) for one in sides}

        def see(part, features, _):
            for (layer, side), patches in found.items():
                patches.append(_patches_within(part, layer, features[layer], places[layer, side], side))
            return {layer: exact_moments(layer, features[layer], own, part) for layer, own in weights.items()}

        moments = self._summed(see)
        counts = {layer: 1 if own is not None else tf.reduce_prod(self.sizes[layer]) for layer, own in weights.items()}
        return _StudyOfTiles(moments, counts, {one: tf.concat(patches, 0) for one, patches in found.items()})


def added(total: Any, sums: Any) -> Any:
    """What tiles have said so far, in any structure, in float64: `None` before the first one."""
    wide = tf.nest.map_structure(lambda one: tf.cast(one, tf.float64), sums)
    return wide if total is None else tf.nest.map_structure(tf.add, total, wide)


def fill(whole: dict[str, np.ndarray], part: Tile, features: Features) -> None:
    """Writes what counts of a tile into maps of the whole image, which are made for the first tile.

    Args:
        whole: By layer; what is missing is added.
        part: Which tile.
        features: Maps of the tile, by some of its layers.
    """
    for layer, maps in features.items():
        box, channels = part.boxes[layer], maps.shape[-1]
        if layer not in whole:
            whole[layer] = np.empty((1, *box.whole.numpy(), channels), maps.dtype.as_numpy_dtype)
        (top, left), (height, width) = box.start.numpy(), box.size.numpy()
        whole[layer][:, top : top + height, left : left + width] = part.cut(layer, maps)


def _patches_within(
    part: Tile, layer: str, maps: tf.Tensor, places: tuple[tf.Tensor, tf.Tensor], side: int
) -> tf.Tensor:
    """The patches at those of the places that count in a tile."""
    box, places_here = part.boxes[layer], tf.stack(places, 1)
    inside = tf.reduce_all((places_here >= box.start) & (places_here < box.start + box.size), 1)
    local = tf.boolean_mask(places_here, inside) - box.start + box.local
    return patches_at(maps, *tf.unstack(local, axis=1), side)


class _StudyOfTiles:
    moments: Mapping[str, tuple[tf.Tensor, tf.Tensor]]

    def __init__(self, moments: Mapping[str, tuple], counts: Mapping[str, Any], patches: Mapping[tuple, tf.Tensor]):
        self.moments, self._counts, self._patches = moments, counts, patches

    def patches(self, layer: str, side: int) -> tf.Tensor:
        return self._patches[layer, side]

    def sample(self, layer: str, side: int) -> Sample:
        mean, second = (moment[0] for moment in self.moments[layer])
        return sample_of_moments(mean, second, self._counts[layer], self._patches[layer, side])


def view(network: Network, image: tf.Tensor, tile: int) -> View:
    """What a network sees of an image: by tiles of this side, if it is larger than one of them; 0 for no tiles."""
    return TiledView(network, image, tile) if in_tiles(image.shape[1:3], tile) else View(network, image)
