"""The decoder of a run in the form in which it is used."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from nst_tf.one_pass.decoder_file import save_decoder

__all__ = ["SaveDecoder"]


class SaveDecoder(keras.callbacks.Callback):
    """Writes `RUN/decoder.npz` after every round, with the run's settings and the last PSNR on every level.

    Args:
        run: The folder of the run, which must exist when a round ends.
        settings: Of the run.
    """

    def __init__(self, run: str | os.PathLike, settings: Mapping[str, Any]):
        super().__init__()
        self._file, self._settings = Path(run) / "decoder.npz", dict(settings)

    def on_epoch_end(self, epoch, logs=None):
        measured = {name: round(value, 2) for name, value in logs.items() if name.startswith("psnr")}
        save_decoder(self._file, self.model, {**self._settings, **measured, "rounds": epoch + 1})
