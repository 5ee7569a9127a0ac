"""Feature evolution while a network is trained: Zeiler and Fergus 2013, section 4.1 and figure 4.

At some epochs, and the last, the strongest activation of each feature map over all training images is projected down to
the pixels. A sudden jump in what a filter shows comes from a change in the image from which the strongest activation
originates.
"""

import logging
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.images import Frames, make_folder, read_frame
from nst_tf.visualize.evolution.record import LayerWinners, evolution_files, read_facts, record_path, save_epoch
from nst_tf.visualize.top.patches import Patches, PatchProjector
from nst_tf.visualize.top.strongest import Strongest, StrongestPass
from nst_tf.visualize.top.top_activations import default_side

__all__ = ["EPOCHS", "FeatureEvolution"]

EPOCHS = (1, 2, 5, 10, 20, 30, 40, 64)
GREY = 128

_log = logging.getLogger(__name__)


class FeatureEvolution(keras.callbacks.Callback):
    """Records what each filter responds to most, after chosen epochs of a training.

    At the end of each it writes `folder/evolution/epoch-064.npz`, see `nst_tf.visualize.evolution.record`. A training
    that goes on (`initial_epoch` of `fit`) keeps the files of the epochs before; those of epochs that are still to come
    are of another course of the training, and are removed when it begins.

        model.fit(images, labels, epochs=64, callbacks=[FeatureEvolution(paths, "run")])

    Args:
        paths: The files of the training images, in an order that does not change from call to call.
        folder: Of the training run; made if it is missing.
        layers: Names of layers; all rectified feature maps if `None`.
        epochs: Counted from 1; by default those of the paper. The last one of the training is recorded, too, unless
            there are none.
        side: Of the square images as the network sees them, in pixels; what it takes, else 224, if `None`.
        batch: Images, and projections, at a time.
        rule: Of `Deconv`.
        writes: Whether this process is the one of several (`tf.distribute`) that records.

    Raises:
        InputError: An epoch is not above 0 or there is no image. While training: a layer is unknown or has no inverse,
            the folder has a record of other layers or cannot be written to, or none of the images can be read.
    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike],
        folder: str | os.PathLike,
        layers: Sequence[str] | None = None,
        epochs: Sequence[int] = EPOCHS,
        side: int | None = None,
        batch: int = 16,
        rule: str = "deconvnet",
        writes: bool = True,
    ):
        super().__init__()
        if not paths:
            raise InputError("there are no training images whose features could be recorded")
        if bad := [epoch for epoch in epochs if epoch < 1]:
            raise InputError(f"epochs are counted from 1, not {bad[0]}")
        self._paths, self._folder = [Path(path).absolute() for path in paths], Path(folder)
        self._layers, self._side, self._batch, self._rule = layers, side, batch, rule
        self._epochs = frozenset(epochs) if writes else frozenset()
        self._recorder: _Recorder | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._recorder = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._recorder is not None or not self._epochs:
            return
        side = default_side(self.model) if self._side is None else self._side
        self._recorder = _Recorder(self.model, self._paths, self._layers, side, self._batch, self._rule)
        for number, path in evolution_files(self._folder).items():
            if number > epoch:
                path.unlink()
            else:
                _check_same(path, self._recorder.facts)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        last = epoch + 1 == self.params["epochs"]
        if not self._epochs or not (last or epoch + 1 in self._epochs):
            return
        path = record_path(self._folder, epoch + 1)
        make_folder(path.parent)
        save_epoch(path, {"epoch": epoch + 1, **self._recorder.facts}, self._recorder.record())


def _check_same(path: Path, facts: dict[str, Any]) -> None:
    """Refuses to go on with a record that was made otherwise."""
    before = read_facts(path)
    for name, value in facts.items():
        if before.get(name) != value:
            raise InputError(f"{path} was recorded with {name} {before.get(name)}, not {value}; choose another folder")


class _Recorder:
    """Looks at all images, and projects what won; built once, it always sees the model's present weights."""

    def __init__(
        self, model: keras.Model, paths: list[Path], layers: Sequence[str] | None, side: int, batch: int, rule: str
    ):
        graph = Graph(model)
        layers = list(layers or graph.maps)
        self.facts = {"layers": layers, "side": side, "rule": rule}
        self._search = StrongestPass(graph, layers, count=1)
        self._projectors = {layer: PatchProjector(model, layer, side, rule, batch) for layer in layers}
        self._paths, self._side, self._batch = paths, side, batch
        root = os.path.commonpath([path.parent for path in paths])
        self._names = np.array([os.path.relpath(path, root) for path in paths])
        self._skipped: set[Path] = set()

    def record(self) -> dict[str, LayerWinners]:
        """The winners of all layers."""
        frames = Frames(self._paths, self._side, self._batch)
        state = self._search.start()
        for indices, images in frames:
            state = self._search.add(state, tf.constant(images), tf.constant(indices))
        for path in frames.skipped.keys() - self._skipped:
            _log.warning("skipped %s: %s", path, frames.skipped[path])
        self._skipped.update(frames.skipped)
        return {layer: self._winners(layer, found) for layer, found in self._search.result(state).items()}

    def _winners(self, layer: str, found: Strongest) -> LayerWinners:
        activations, images, positions = (array[:, 0] for array in (found.activations, found.images, found.positions))
        # A diverged network has activations that are not finite, and no position where they are largest.
        active = (activations != 0) & np.isfinite(activations)
        names = np.where(active, self._names[images], "")
        return LayerWinners(activations, images, names, positions, *self._project(layer, images, positions, active))

    def _project(self, layer: str, images: np.ndarray, positions: np.ndarray, active: np.ndarray) -> Patches:
        projector = self._projectors[layer]
        shape = (len(images), projector.side, projector.side, 3)
        made = Patches(np.full(shape, GREY, np.uint8), np.zeros(shape, np.int8), np.zeros(len(images), np.float32))
        # Filters with the same image behind each other, so that it is read once.
        filters = np.flatnonzero(active)[np.argsort(images[active], kind="stable")].astype(np.int32)
        frame = lru_cache(1)(lambda number: read_frame(self._paths[number], self._side))
        for first in range(0, len(filters), self._batch):
            chosen = filters[first : first + self._batch]
            frames = [frame(number) for number in images[chosen].tolist()]
            for whole, part in zip(made, projector(frames, chosen, positions[chosen]), strict=True):
                whole[chosen] = part
        return made
