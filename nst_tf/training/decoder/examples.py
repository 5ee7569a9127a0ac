"""Pictures of what a decoder can do, while it is trained."""

import os
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from nst_tf.images import Picture, read_frame, write_image
from nst_tf.images.montage import montage
from nst_tf.one_pass.decoder import decode, level_of, levels_from
from nst_tf.one_pass.stylizer import measure, stylise_in_passes

__all__ = ["SaveExamples"]

SIDE = 256
PHOTOS, STYLES = 3, 4


class SaveExamples(keras.callbacks.Callback):
    """Writes `RUN/examples/ROUND.jpg` after every round: a row for each of some held-out photographs, with what each
    level is decoded to; and behind, in the styles of held-out paintings, if there are any.

    Args:
        encoder: From images to features of all levels from the decoder's on.
        run: The folder of the run.
        photos: Held-out photographs.
        paintings: Held-out paintings.
    """

    def __init__(
        self, encoder: keras.Model, run: str | os.PathLike, photos: Sequence[Path], paintings: Sequence[Path] = ()
    ):
        super().__init__()
        self._encoder, self._folder = encoder, Path(run) / "examples"
        self._photos = _read(photos[:PHOTOS])
        self._paintings = _read(paintings[:STYLES]) if paintings else ()

    def on_train_begin(self, logs=None):
        self._draw = tf.function(self._examples, autograph=False)
        self._folder.mkdir(parents=True, exist_ok=True)

    def _examples(self, photos: tf.Tensor) -> list[tf.Tensor]:
        features, ones = self._encoder(photos), tf.ones(tf.shape(photos)[:1])
        levels = levels_from(level_of(self.model))
        found = [photos, *(decode(self.model, level, features[level])["image"] for level in levels)]
        for painting in self._paintings:
            moments = {level: measure(maps) for level, maps in self._encoder(tf.constant(painting[None])).items()}
            found.append(stylise_in_passes(self._encoder, self.model, photos, moments, ones)[0][-1])
        return found

    def on_epoch_end(self, epoch, logs=None):
        columns = np.clip([column.numpy() for column in self._draw(tf.constant(self._photos))], 0, 1)
        cells = np.swapaxes(columns, 0, 1).reshape(-1, *columns.shape[2:])
        write_image(self._folder / f"{epoch + 1:05d}.jpg", Picture(montage(list(cells), len(columns))))


def _read(files: Sequence[Path]) -> np.ndarray:
    return np.stack([read_frame(file, SIDE) for file in files])
