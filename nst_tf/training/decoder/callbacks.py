"""What is done after every round of a decoder's training: it is judged, shown and saved."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.images import Picture, read_frame, write_image
from nst_tf.images.montage import montage
from nst_tf.one_pass.decoder import decode, level_of, levels_from
from nst_tf.one_pass.decoder_file import save_decoder
from nst_tf.one_pass.study import Study
from nst_tf.one_pass.stylizer import Stylizer, stylise_in_passes

__all__ = ["SaveDecoder", "SaveExamples", "Validate", "psnr"]

SIDE = 256
BATCH = 4
PHOTOS, STYLES = 3, 4  # of the examples


def psnr(image: tf.Tensor, reference: tf.Tensor) -> tf.Tensor:
    """Peak signal-to-noise ratio in dB of each image of a batch, after clipping to [0, 1]; `(batch,)`."""
    error = tf.math.squared_difference(tf.clip_by_value(image, 0, 1), reference)
    return -10 * tf.math.log(tf.reduce_mean(error, axis=(1, 2, 3))) / tf.math.log(10.0)


class Validate(keras.callbacks.Callback):
    """Adds the mean PSNR of the held-out images' middle squares, 256 px, to the logs: `psnr_relu4_1` and so on.

    Args:
        encoder: From images to features of all levels.
        files: The held-out images.
    """

    def __init__(self, encoder: keras.Model, files: Sequence[Path]):
        super().__init__()
        self._encoder, self._files = encoder, files

    def on_train_begin(self, logs: Any = None) -> None:
        level = level_of(self.model)

        @tf.function(autograph=False)
        def judge(images):
            features = self._encoder(images)
            return {one: psnr(decode(self.model, one, features[one])["image"], images) for one in levels_from(level)}

        self._judge = judge

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        found: dict[str, list] = {}
        for begin in range(0, len(self._files), BATCH):
            images = np.stack([read_frame(file, SIDE) for file in self._files[begin : begin + BATCH]])
            for level, values in self._judge(images).items():
                found.setdefault(level, []).extend(values.numpy())
        logs.update({f"psnr_{level}": float(np.mean(values)) for level, values in found.items()})


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

    def on_train_begin(self, logs: Any = None) -> None:
        self._draw = tf.function(self._examples, autograph=False)
        self._folder.mkdir(parents=True, exist_ok=True)

    def _examples(self, photos: tf.Tensor) -> list[tf.Tensor]:
        features = self._encoder(photos)
        levels = levels_from(level_of(self.model))
        found = [photos, *(decode(self.model, level, features[level])["image"] for level in levels)]
        stylizer = Stylizer(self._encoder, self.model)
        for painting in self._paintings:
            study = stylizer.study([tf.constant(painting[None])])
            found.append(tf.map_fn(lambda photo, study=study: self._stylised(photo[None], study), photos))
        return found

    def _stylised(self, photo: tf.Tensor, study: Study) -> tf.Tensor:
        return stylise_in_passes(self._encoder, self.model, self._encoder(photo), [study], tf.ones([1]))[-1][0]

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        columns = np.clip([column.numpy() for column in self._draw(tf.constant(self._photos))], 0, 1)
        cells = np.swapaxes(columns, 0, 1).reshape(-1, *columns.shape[2:])
        write_image(self._folder / f"{epoch + 1:05d}.jpg", Picture(montage(list(cells), len(columns))))


class SaveDecoder(keras.callbacks.Callback):
    """Writes `RUN/decoder.npz` after every round, with the run's settings and the last PSNR on every level.

    Args:
        run: The folder of the run, which must exist when a round ends.
        settings: Of the run.
    """

    def __init__(self, run: str | os.PathLike, settings: Mapping[str, Any]):
        super().__init__()
        self._file, self._settings = Path(run) / "decoder.npz", dict(settings)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        measured = {name: round(value, 2) for name, value in logs.items() if name.startswith("psnr")}
        save_decoder(self._file, self.model, {**self._settings, **measured, "rounds": epoch + 1})


def _read(files: Sequence[Path]) -> np.ndarray:
    return np.stack([read_frame(file, SIDE) for file in files])
