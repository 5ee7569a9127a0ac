"""What is done after every round of the training of a network of styles: it is shown and saved."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from nst_tf.images import Picture, read_frame, write_image
from nst_tf.images.montage import montage
from nst_tf.one_pass.style_network import FILE, StyleNetwork, save_style_network

__all__ = ["SaveExamples", "SaveNetwork"]

SIDE, PHOTOS = 256, 3


class SaveExamples(keras.callbacks.Callback):
    """Writes `RUN/examples/ROUND.jpg` after every round: a row for each of some photographs, with every style.

    Args:
        network: That is trained.
        run: The folder of the run.
        photos: Held-out photographs.
    """

    def __init__(self, network: StyleNetwork, run: str | os.PathLike, photos: Sequence[Path]):
        super().__init__()
        self._network, self._folder = network, Path(run) / "examples"
        self._photos = [read_frame(photo, SIDE) for photo in photos[:PHOTOS]]

    def on_train_begin(self, logs: Any = None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        each = np.eye(len(self._network.styles), dtype=np.float32)
        rows = ([photo, *(self._network.stylize(photo, shares.tolist()) for shares in each)] for photo in self._photos)
        cells = [cell for row in rows for cell in row]
        write_image(self._folder / f"{epoch + 1:05d}.jpg", Picture(montage(cells, 1 + len(each))))


class SaveNetwork(keras.callbacks.Callback):
    """Writes `RUN/network.npz` after every round.

    Args:
        network: That is trained.
        run: The folder of the run, which must exist when a round ends.
    """

    def __init__(self, network: StyleNetwork, run: str | os.PathLike):
        super().__init__()
        self._network, self._file = network, Path(run) / FILE

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        save_style_network(self._file, self._network)
