"""What all recipes compute with: the features of a network, and the compiled loop that optimises images on them."""

import bisect
import functools
import math
from collections.abc import Callable, Hashable
from typing import Any

import keras
import tensorflow as tf

from nst_tf.backbones import check_maps, feature_extractor, network_identity, open_network, smallest_size
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.precision import MIXED, for_this_machine
from nst_tf.backbones.receptive_field import ReceptiveField, receptive_field
from nst_tf.canvas.masks import guide, window_around
from nst_tf.canvas.tiles import tiled_features, tiled_value
from nst_tf.errors import InputError, SettingError
from nst_tf.objectives import Objective, raw_moments
from nst_tf.optimize import Loop, Optimizer
from nst_tf.recipes.tiled import Tiled, exact_value
from nst_tf.views.storeys import Storey, storeys
from nst_tf.views.tiling import Tiling, tiling

__all__ = ["Extractor", "FeatureLoop", "GraphLoop", "kept_by_network", "network_graph", "opened_extractor"]

IMAGE = tf.TensorSpec([1, None, None, 3])
LARGEST_LEAST = 4096  # pixels

Extractor = Callable[[tf.Tensor], dict[str, tf.Tensor]]


class FeatureLoop:
    """Features of a network, and the loop that optimises images on them; traced once for all sizes and targets.

    Args:
        extractor: From images `(batch, height, width, 3)` to feature maps by the names of layers, of any precision.
        optimizer: Of the loop.
        observer: As `extractor`, of the network that targets are measured with; the same by default.
        tile: Side in pixels of the tiles that are looked at one after the other; 0 for none.
        kept: What feature maps that are targets are kept as, such as `tf.bfloat16` to halve their memory; what they are
            by default.

    Attributes:
        extractor: As given.
        kept: As given.
        features: From images to their features in float32, by tiles if there are any.
        loop: Minimises an `Objective` of these features, its one further argument.
    """

    def __init__(
        self,
        extractor: Extractor,
        optimizer: Optimizer,
        *,
        observer: Extractor | None = None,
        tile: int = 0,
        kept: tf.DType | None = None,
    ):
        self.extractor, self._extract = extractor, _in_float32(extractor)
        self.kept = kept
        self.features = tf.function(tiled_features(self._extract, tile), autograph=False) if tile else self._extract
        self.loop = Loop(tiled_value(self.value, tile) if tile else self.value, optimizer)
        self._observer = _in_float32(observer) if observer else self.features

    def value(self, images: tf.Tensor, objective: Objective) -> tf.Tensor:
        """An objective's value for each image, `(batch,)`: looked at as a whole, or as the objective says."""
        if isinstance(objective, Tiled):
            return exact_value(self.storeys, images, objective)
        return objective(self._extract(images), images)

    def tiling(self, size: tuple[int, int], tile: int, further: int = 0) -> Tiling:
        """How images of a height and width are divided into tiles, see `tiling`."""
        return tiling(Graph(self.extractor), self.extractor.output_names, size, tile, further)

    @functools.cached_property
    def storeys(self) -> list[Storey]:
        """The network as images are looked at by tiles."""
        return storeys(Graph(self.extractor), self.extractor.output_names, (self.least, self.least))

    @property
    def precision(self) -> str:
        """What the network computes with, such as `"float32"` or `"bfloat16"`."""
        return Graph(self.extractor).precision if isinstance(self.extractor, keras.Model) else "float32"

    @functools.cached_property
    def least(self) -> int:
        """The smallest height and width in pixels for which there is a feature in each layer."""
        return smallest_size(self.extractor)

    @functools.cached_property
    def _fields(self) -> dict[str, ReceptiveField]:
        graph, size = Graph(self.extractor), (self.least, self.least)
        return {layer: receptive_field(graph, layer, *size, by_place=True) for layer in self.extractor.output_names}

    @functools.cached_property
    def reach(self) -> dict[str, int]:
        """The side in pixels of the square that a unit of each layer sees; 0 where that may be the whole image."""
        return {layer: 0 if field.whole else max(field.size) for layer, field in self._fields.items()}

    def guide(self, mask: tf.Tensor | None, layer: str, size: tf.Tensor) -> tf.Tensor | None:
        """A mask of an image as a layer sees it, see `canvas.masks.guide`; `None` for none.

        Args:
            mask: `(1, height, width, 1)` in [0, 1], of the size of the image.
            layer: Name of the layer.
            size: Rows and columns of its maps of the image, `(2,)`.
        """
        return None if mask is None else guide(mask, size, self.reach[layer])

    def window(self, mask: tf.Tensor, apart: int) -> tf.Tensor | None:
        """The part of an image, see `pixels_of`, outside of which nothing counts for what is in a mask.

        That is all that units see which see something of the mask; `None` where one may see the whole image.

        Args:
            mask: As for `guide`.
            apart: How many positions of each layer patches are apart which are compared.
        """
        if not all(self.reach.values()):
            return None
        further = {layer: apart * max(field.stride) for layer, field in self._fields.items()}
        margin = max(self.reach[layer] + more for layer, more in further.items())
        return window_around(mask, margin, math.lcm(*further.values()))

    @functools.cached_property
    def observe(self) -> Extractor:
        """From one image, `(1, height, width, 3)`, to the features that are targets; compiled."""
        return tf.function(self._observer, autograph=False).get_concrete_function(IMAGE)

    @functools.cached_property
    def moments(self) -> Callable[[tf.Tensor], dict[str, tuple[tf.Tensor, tf.Tensor]]]:
        """From one image, `(1, height, width, 3)`, to the raw moments `(1, channels)` and `(1, channels, channels)`."""

        def measured(image):
            return {layer: raw_moments(maps) for layer, maps in self._observer(image).items()}

        return tf.function(measured, autograph=False).get_concrete_function(IMAGE)


def _in_float32(extractor: Extractor) -> Extractor:
    """The same features in float32 at least, with which moments and losses are computed."""

    def extract(images):
        features = extractor(images)
        return {layer: tf.cast(maps, tf.float32) if maps.dtype.size < 4 else maps for layer, maps in features.items()}

    return extract


class GraphLoop(FeatureLoop):
    """Features of a network that was taken apart, whatever it is built of.

    Args:
        graph: Of the network.
        layers: Names of the layers to look at.
        optimizer: Of the loop.
        tile: See `FeatureLoop`.

    Attributes:
        graph: As given.
        layers: As given.
    """

    def __init__(self, graph: Graph, layers: tuple[str, ...], optimizer: Optimizer, tile: int = 0):
        self.graph, self.layers = graph, layers
        super().__init__(lambda images: graph.features(images, layers), optimizer, tile=tile)

    @property
    def precision(self) -> str:
        """What the network computes with, such as `"float32"` or `"bfloat16"`."""
        return self.graph.precision

    def has_positions(self, height: int, width: int) -> bool:
        """Whether an image of this size has at least one position in every layer."""
        try:
            for layer in self.layers:
                receptive_field(self.graph, layer, height, width)
        except InputError:
            return False
        return True

    @functools.cached_property
    def least(self) -> int:
        """The smallest height and width in pixels that have a position in every layer."""
        return 1 + bisect.bisect_left(range(1, LARGEST_LEAST), True, key=lambda side: self.has_positions(side, side))


@functools.lru_cache(maxsize=4)
def _graph(identity: Hashable, model: str | keras.Model, preprocessing: str | None, precision: str) -> Graph:
    return Graph(model if isinstance(model, keras.Model) else open_network(model, preprocessing, precision=precision))


def network_graph(model: str | keras.Model, preprocessing: str | None, precision: str = "float32") -> Graph:
    """The graph of a network, the same one each time.

    Args:
        model: Its name or path, see `open_network`, or the model itself.
        preprocessing: See `open_network`.
        precision: See `open_network`; a model itself computes as its layers were made.

    Raises:
        InputError: There is no such network, or it cannot be taken apart, or not compute as asked.
        NstError: Its weights cannot be downloaded or read.
    """
    if precision == "bfloat16" and isinstance(model, keras.Model):
        raise SettingError(
            f"precision is 'bfloat16', and {model.name} computes as its layers were made: make them under Keras' "
            f"policy {MIXED!r}, or name the model's file",
            "precision",
        )
    return _graph(network_identity(model, preprocessing), model, preprocessing, for_this_machine(precision))


def opened_extractor(
    model: str, preprocessing: str | None, pooling: str, padding: str, precision: str, layers: tuple[str, ...]
) -> keras.Model:
    """The feature maps of some layers of a network; see `open_network`.

    Raises:
        InputError: The model is unknown or cannot be used as set, its weights are not there, or a layer is unknown or
            gives no feature maps.
    """
    network = open_network(model, preprocessing, pooling=pooling, padding=padding, precision=precision)
    extractor = feature_extractor(network, layers)
    check_maps(extractor)
    return extractor


def kept_by_network(count: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator that keeps what was built last on each network, by what the network is: not by its place alone.

    Args:
        count: How many are kept in memory; each holds a network.

    Returns:
        A decorator for `build(model, preprocessing, *further)`, all hashable. What it decorates is there as
        `__wrapped__`, to build another one whose parts may be traced into a larger graph.
    """

    def decorate(build: Callable[..., Any]) -> Callable[..., Any]:
        @functools.lru_cache(maxsize=count)
        def built(identity, *key):
            return build(*key)

        @functools.wraps(build)
        def found(model, preprocessing, *further):
            return built(network_identity(model, preprocessing), model, preprocessing, *further)

        return found

    return decorate
