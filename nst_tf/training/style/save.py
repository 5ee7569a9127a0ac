"""The network of a run in the form in which it is used."""

import os
from pathlib import Path

import keras

from nst_tf.one_pass.style_network import FILE, StyleNetwork, save_style_network

__all__ = ["SaveNetwork"]


class SaveNetwork(keras.callbacks.Callback):
    """Writes `RUN/network.npz` after every round.

    Args:
        network: That is trained.
        run: The folder of the run, which must exist when a round ends.
    """

    def __init__(self, network: StyleNetwork, run: str | os.PathLike):
        super().__init__()
        self._network, self._file = network, Path(run) / FILE

    def on_epoch_end(self, epoch, logs=None):
        save_style_network(self._file, self._network)
