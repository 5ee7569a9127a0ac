"""The record of how a network's features evolve while it is trained: one file for each recorded epoch.

`RUN/evolution/epoch-064.npz` holds `facts`, JSON with the epoch, the names of the layers, and how they were looked at,
and for each layer arrays named `layer:attribute`, see `LayerWinners`.
"""

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nst_tf.errors import InputError, NstError, unknown
from nst_tf.images.atomic import atomic_write

__all__ = ["Evolution", "LayerWinners", "evolution_files", "read_evolution", "read_facts", "record_path", "save_epoch"]


@dataclass(frozen=True, eq=False)
class LayerWinners:
    """The strongest activation of each filter of a layer over all images, after one epoch.

    Attributes:
        activations: float32 `(filters,)`.
        images: int32 `(filters,)`, the number of the image.
        names: str `(filters,)`, its name; empty where the filter is silent for all images.
        positions: int32 `(filters, 2)`, row and column in the feature map.
        patches: uint8 `(filters, side, side, 3)`, the pixels of the receptive field, grey outside the image.
        projections: int8 `(filters, side, side, 3)`, the projection within it over its largest magnitude, times 127; 0
            outside the image.
        scales: float32 `(filters,)`, that magnitude: the projection is `projections * scales / 127`.
    """

    activations: np.ndarray
    images: np.ndarray
    names: np.ndarray
    positions: np.ndarray
    patches: np.ndarray
    projections: np.ndarray
    scales: np.ndarray


def record_path(run: str | os.PathLike, epoch: int) -> Path:
    """The file of an epoch, counted from 1."""
    return Path(run) / "evolution" / f"epoch-{epoch:03}.npz"


def evolution_files(run: str | os.PathLike) -> dict[int, Path]:
    """The files of a run by epoch, in order."""
    numbered = {path.stem.removeprefix("epoch-"): path for path in (Path(run) / "evolution").glob("epoch-*.npz")}
    return {int(number): numbered[number] for number in sorted(filter(str.isdecimal, numbered), key=int)}


def save_epoch(path: Path, facts: dict[str, Any], found: dict[str, LayerWinners]) -> None:
    """Writes the file of an epoch, whole or not at all.

    Args:
        path: See `record_path`; the folder must exist.
        facts: What JSON takes, with `epoch` and `layers`.
        found: By layer.

    Raises:
        InputError: The file cannot be written to.
        NstError: The disk is full or fails.
    """
    arrays = {
        f"{layer}:{field.name}": getattr(winners, field.name)
        for layer, winners in found.items()
        for field in dataclasses.fields(winners)
    }
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, facts=json.dumps(facts), **arrays)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[np.lib.npyio.NpzFile]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except NstError:
        raise
    except Exception as error:
        # NumPy and zipfile have many exceptions for a damaged file, and no common one.
        raise InputError(f"cannot read {path}: it is no record of an epoch, or damaged ({error})") from error


def read_facts(path: Path) -> dict[str, Any]:
    """What `save_epoch` was told.

    Raises:
        InputError: The file is missing or damaged.
    """
    with _opened(path) as arrays:
        facts = json.loads(str(arrays["facts"]))
        return {**facts, "layers": list(facts["layers"])}


class Evolution:
    """All recorded epochs of a run; the pictures stay on the disk until they are asked for.

    Args:
        files: By epoch, in order; at least one.

    Attributes:
        epochs: Counted from 1.
        layers: Names of the layers.

    Raises:
        InputError: A file is damaged, or they are of different layers.
    """

    def __init__(self, files: dict[int, Path]):
        self.epochs = tuple(files)
        self._files = tuple(files.values())
        self.layers = tuple(read_facts(self._files[0])["layers"])
        for path in self._files[1:]:
            if tuple(read_facts(path)["layers"]) != self.layers:
                raise InputError(f"{self._files[0]} and {path} are of different layers; they are not of one training")
        self._names = {layer: self._stacked(layer, "names") for layer in self.layers}

    def _stacked(self, layer: str, name: str, filters: Sequence[int] | slice = slice(None)) -> np.ndarray:
        """An array of all epochs, `(epochs, filters, ...)`."""
        rows = []
        for path in self._files:
            with _opened(path) as arrays:
                rows.append(arrays[f"{layer}:{name}"][filters])
            if rows[-1].shape != rows[0].shape:
                raise InputError(f"{self._files[0]} and {path} are of networks of different width in {layer!r}")
        return np.stack(rows)

    def check_layers(self, layers: Sequence[str]) -> None:
        """Refuses layers that were not recorded.

        Raises:
            InputError: Names the first.
        """
        for layer in layers:
            if layer not in self.layers:
                raise unknown("layer", layer, self.layers)

    def active(self, layer: str) -> np.ndarray:
        """Whether a filter responded to any image, bool `(epochs, filters)`."""
        return self._names[layer] != ""

    def changed(self, layer: str) -> np.ndarray:
        """Where another image excites the filter most than at the recorded epoch before, bool `(epochs, filters)`.

        Falling silent and waking up are changes too; at the first epoch there is none.
        """
        names = self._names[layer]
        return np.concatenate([np.zeros((1, names.shape[1]), bool), names[1:] != names[:-1]])

    def projections(self, layer: str, filters: Sequence[int]) -> np.ndarray:
        """The projections of some filters, float32 `(epochs, n, side, side, 3)`, signed.

        Raises:
            InputError: A file is damaged.
        """
        levels, scales = (self._stacked(layer, name, list(filters)) for name in ("projections", "scales"))
        return levels * (scales / 127)[..., None, None, None]


def read_evolution(run: str | os.PathLike) -> Evolution:
    """Reads what was recorded in the folder of a training run.

    Raises:
        InputError: There is no such folder, nothing was recorded, or what was is damaged or of several networks.
    """
    if not Path(run).is_dir():
        raise InputError(f"there is no folder {run}")
    files = evolution_files(run)
    if not files:
        raise InputError(f"{run} has no recorded epochs (evolution/epoch-001.npz ...); train-convnet records them")
    return Evolution(files)
