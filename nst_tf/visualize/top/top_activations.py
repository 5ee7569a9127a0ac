"""The strongest activations of every filter, with their projections and patches: figure 2 of Zeiler and Fergus 2013."""

import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from nst_tf.backbones.graph import Graph
from nst_tf.images import Picture, find_images, make_folder, read_frame, write_image
from nst_tf.progress import Stage
from nst_tf.settings import keywords
from nst_tf.visualize.settings import SEARCH
from nst_tf.visualize.top.forecast import FORECAST_BYTES, Forecast, seconds_to_project
from nst_tf.visualize.top.gallery import LayerResult, write_page, write_summary
from nst_tf.visualize.top.patches import PatchProjector
from nst_tf.visualize.top.search import Part, PartSearch, join, part_path, weights_hash
from nst_tf.visualize.top.strongest import COUNT, Strongest
from nst_tf.visualize.top.winners import draw_winners, layer_result

__all__ = ["TopActivations", "default_side", "top_activations"]

SIDE = 224
FRAMES_KEPT = 256  # in memory, about 0.6 MB each at 224 px


def default_side(model: keras.Model) -> int:
    """The side in pixels of the square images that a model is shown: the one it takes, else 224."""
    return model.inputs[0].shape[1] or SIDE


class TopActivations:
    """Searches a folder of images for the strongest activations of every filter, and shows them.

    Work is done once: what the folder of results already holds of the same search is not done again. Images of any size
    are brought to one: the shorter side fitted, the middle square. Memory does not grow with their number.

    Args:
        model: The network.
        images: The folder of images, and of folders of images.
        out: The folder of results, made if it is missing.
        name: Of the network, to be shown; its own if `None`.
        on_progress: Told how far the work is.
        **changes: Attributes of `SearchSettings` to change; see `Deconv`, and `default_side`.

    Raises:
        InputError: A layer is unknown or has no inverse, the folder of images cannot be read or has none, or `out`
            cannot be made.
    """

    @keywords(SEARCH)
    def __init__(
        self,
        model: keras.Model,
        images: str | os.PathLike,
        out: str | os.PathLike,
        *,
        name: str | None = None,
        on_progress: Callable[[Stage], None] = lambda stage: None,
        **changes: Any,
    ):
        settings, graph = SEARCH.choose(**changes), Graph(model)
        self._model, self._graph, self._report = model, graph, on_progress
        self._layers = list(settings.layers or graph.maps)
        self._side = default_side(model) if settings.side is None else settings.side
        self._rule, self._batch = settings.rule, settings.batch
        self._projectors = {layer: PatchProjector(model, layer, self._side, self._rule) for layer in self._layers}
        self._folder, self._out = Path(images), Path(out)
        self._paths = find_images(images)
        self._settings = self._describe(name or model.name)
        self._make_folders()

    def _describe(self, name: str) -> dict[str, Any]:
        """What makes two searches the same."""
        files = "\n".join(f"{name} {path.stat().st_size}" for name, path in zip(self._names, self._paths, strict=True))
        return {
            "model": name,
            "weights": weights_hash(self._model),
            "layers": self._layers,
            "size": self._side,
            "rule": self._rule,
            "images": hashlib.sha256(files.encode("utf-8", "surrogateescape")).hexdigest(),
        }

    def _make_folders(self) -> None:
        for name in ("parts", "data", "views", "sheets"):
            make_folder(self._out / name)

    @functools.cached_property
    def _names(self) -> list[str]:
        return [path.relative_to(self._folder).as_posix() for path in self._paths]

    def forecast(self, shard: tuple[int, int] | None = (1, 1), *, shows: bool = True) -> Forecast:
        """How long what is still to do will take, and how large the results will be; found by doing some of it.

        Args:
            shard: Of the images that `search` is to look at; `None` if it is to look at none.
            shows: Whether `show` is to follow.

        Raises:
            InputError: A part that is there already is damaged.
        """
        images, seconds = (0, 0.0) if shard is None else self._part_search(shard).forecast(part_path(self._out, shard))
        layers = [layer for layer in self._layers if shows and not self._data(layer).exists()]
        count = min(COUNT, len(self._paths))
        filters = {layer: self._graph.step(layer).shape[-1] for layer in layers}
        seconds += sum(seconds_to_project(self._projectors[layer], filters[layer], count) for layer in layers)
        total = sum(filters.values())
        views = min(total * count, len(self._paths)) * self._side**2
        size = FORECAST_BYTES["filter"] * total + FORECAST_BYTES["pixel"] * views
        return Forecast(images, total, seconds, size)

    @functools.cached_property
    def _part_search(self) -> Callable[[tuple[int, int]], PartSearch]:
        # Of the object, as its frames; what a forecast compiled is not compiled again.
        @functools.lru_cache(1)
        def made(shard):
            return PartSearch(self._graph, self._settings, self._folder, self._paths, shard, self._batch)

        return made

    def search(self, shard: tuple[int, int] = (1, 1)) -> Part:
        """Finds the strongest activations in a part of the images, and saves them in the folder of results.

        Args:
            shard: `(k, n)`, the k-th of n parts, from 1 on.

        Raises:
            InputError: The folder holds the results of another search, or none of the images can be read.
        """
        report = functools.partial(self._progress, "looking at images")
        return self._part_search(shard).run(part_path(self._out, shard), report)

    def show(self) -> Part:
        """Joins all parts, projects the strongest activations, and writes the data, the sheets and the page.

        Raises:
            InputError: A part is missing, or of another search.
        """
        part = join(self._out, self._settings)
        self._write_views(part)
        for layer in self._layers:
            if not self._data(layer).exists():
                self._project(layer, part)
        facts = {"model": self._settings["model"], "side": self._side}
        write_summary(self._out, self._results(), self._names, **facts)
        write_page(self._out, self._results(), self._names, **facts)
        return part

    def _progress(self, name: str, done: int, total: int) -> None:
        self._report(Stage(name, done, total))

    def _data(self, layer: str) -> Path:
        return self._out / "data" / f"{layer.replace('/', '__')}.npz"

    def _results(self) -> Iterator[LayerResult]:
        for number, layer in enumerate(self._layers):
            yield LayerResult.load(self._data(layer))
            self._progress("writing the page", number + 1, len(self._layers))

    def _write_views(self, part: Part) -> None:
        """What the network saw of the images that won."""
        winners = np.unique(np.concatenate([found.images.ravel() for found in part.found.values()]))
        winners = winners[winners >= 0]
        for done, number in enumerate(winners):
            path = self._out / "views" / f"{number}.jpg"
            if not path.exists():
                write_image(path, Picture(self._frame(int(number))))
            self._progress("writing images", done + 1, len(winners))

    @functools.cached_property
    def _frame(self) -> Callable[[int], np.ndarray]:
        # Of the object, not of the class, so that the frames go when it goes.
        return functools.lru_cache(FRAMES_KEPT)(lambda number: read_frame(self._paths[number], self._side))

    def _project(self, layer: str, part: Part) -> None:
        projector = self._projectors[layer]
        result = layer_result(layer, part.found[layer], projector)
        for done in draw_winners(self._out, result, projector, self._frame):
            self._progress(f"projecting {layer}", done, len(result.activations))
        result.save(self._data(layer))


@keywords(TopActivations)
def top_activations(
    model: keras.Model, images: str | os.PathLike, out: str | os.PathLike, **options: Any
) -> dict[str, Strongest]:
    """Finds the strongest activations of every filter in a folder of images, and writes data, sheets and a page.

    As `nst-tf top-activations` does on one computer; `TopActivations` divides the search among several.

    Args:
        model: The network.
        images: The folder of images, and of folders of images.
        out: The folder of results, made if it is missing; `index.html` is the page.
        **options: Others of `TopActivations`.

    Returns:
        The strongest activations by the names of layers: which images, and where. `out/data` has more of them.

    Raises:
        InputError: As `TopActivations`; or none of the images can be read, or `out` holds another search.
    """
    top = TopActivations(model, images, out, **options)
    top.search()
    return top.show().found
