"""Trains a decoder of VGG16's features on folders of photographs and paintings.

It learns to invert the encoder, on every level; and, with styles, to make of transported features a picture that has
the style's features when it is encoded again.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from nst_tf.backbones import WEIGHTS, feature_extractor, load_backbone
from nst_tf.backbones.precision import dtype_policy
from nst_tf.errors import InputError
from nst_tf.one_pass.decoder import build_decoder
from nst_tf.one_pass.decoder_file import ENCODER, ENCODER_PADDING, load_decoder
from nst_tf.one_pass.stylizer import Stylizer
from nst_tf.settings import keywords
from nst_tf.training.crop_batches import crop_batches
from nst_tf.training.decoder.callbacks import SaveDecoder, SaveExamples, Validate
from nst_tf.training.decoder.last_block import solve_last_block
from nst_tf.training.decoder.losses import MEASURED, PATCHES, STRUCTURE, reconstruction_loss, stylisation_loss
from nst_tf.training.loop import Step, compile_with_adam, run_epochs, summed, update
from nst_tf.training.precision import precision_policy
from nst_tf.training.run_folder import EventLog, RunFolder, SaveEpochs
from nst_tf.training.settings import DECODER
from nst_tf.training.strategy import is_chief, open_strategy
from nst_tf.training.training_images import TrainingImages, find_training_images

__all__ = ["TrainedDecoder", "train_decoder"]

STYLISED = 4  # one photograph of so many is stylised


@dataclass(frozen=True)
class TrainedDecoder:
    """A trained decoder.

    Attributes:
        decoder: As `build_decoder` makes it.
        history: One record for each round: `epoch` from 1, the means of `loss` and its parts `reconstruction` and,
            with styles, `style`, `structure` and `patches`; `learning_rate`, `seconds`, and the PSNR in dB of held-out
            photographs decoded from each level, `psnr_relu4_1` and so on.
        skipped: Path of each unreadable image, behind its folder's name, to the reason.
    """

    decoder: keras.Model
    history: tuple[dict[str, float], ...]
    skipped: dict[str, str]


@keywords(DECODER)
def train_decoder(
    images: str | os.PathLike,
    run: str | os.PathLike,
    *,
    styles: str | os.PathLike | None = None,
    start: str | os.PathLike | None = None,
    strategy: tf.distribute.Strategy | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **changes: Any,
) -> TrainedDecoder:
    """Trains a decoder, or goes on with it.

    After every round of `every` updates `run` holds `model.keras` (with the optimizer's state), `run.json` (settings
    and the record of each round), `decoder.npz`, which `load_decoder` and `nst-tf stylize --fast --decoder` take,
    example pictures, and logs for TensorBoard if that is installed. Called again with the same arguments it goes on
    after the last finished round, and on the same device ends with the very weights that an uninterrupted run ends
    with.

    Args:
        images: Folder of photographs; a tenth is held out to judge by.
        run: The folder to write to.
        styles: Folder of paintings to stylise with while training; without it, the decoder only learns to invert.
        start: A decoder to start from, see `load_decoder`.
        strategy: See `open_strategy`; by default one device.
        callbacks: Keras callbacks, called after ours once a round with its record.
        **changes: Attributes of `DecoderSettings` to change.

    Returns:
        The decoder after the last update, and how it came about.

    Raises:
        InputError: A setting or a folder cannot be used, or `run` is a run with other settings or images.
        NstError: Training diverged, or writing failed.
    """
    chosen = DECODER.choose(**changes)
    strategy = open_strategy() if strategy is None else strategy
    photos = find_training_images(images, chosen.seed)
    paintings = None if styles is None else find_training_images(styles, chosen.seed)
    settings = {**vars(chosen), "encoder": WEIGHTS[ENCODER].hash, "precision": precision_policy(chosen.precision),
                "start": None if start is None else os.fspath(start), "images": photos.digest(),
                "styles": None if paintings is None else paintings.digest()}  # fmt: skip
    training = _Training(RunFolder(run, settings), settings, photos, paintings, strategy)
    return training.go(callbacks)


class _Training:
    """A run, at the round after the last one that was finished."""

    def __init__(
        self,
        record: RunFolder,
        settings: dict,
        photos: TrainingImages,
        paintings: TrainingImages | None,
        strategy: tf.distribute.Strategy,
    ):
        self.record, self.settings, self.strategy = record, settings, strategy
        self.sources = [photos] if paintings is None else [photos, paintings]
        record.skipped = {f"{one.folder.name}/{path}": why for one in self.sources for path, why in one.skipped.items()}
        least = STYLISED * strategy.num_replicas_in_sync
        if settings["batch"] % least:
            raise InputError(f"batch is {settings['batch']}; it must be a multiple of {least}, {STYLISED} a device")
        with strategy.scope(), dtype_policy(settings["precision"]):
            self.encoder = feature_extractor(load_backbone(ENCODER, padding=ENCODER_PADDING), MEASURED)
            self.model = record.load(settings["every"]) or self._new_model()

    def _new_model(self) -> keras.Model:
        settings = self.settings
        keras.utils.set_random_seed(settings["seed"])
        model = build_decoder(settings["level"])
        if settings["start"] is not None:
            model.set_weights(load_decoder(settings["start"], settings["level"]).get_weights())
        solve_last_block(model, self.encoder, self.sources[0].train)
        compile_with_adam(model, settings["learning_rate"], settings["steps"])
        return model

    def _batches(self, context: tf.distribute.InputContext) -> tf.data.Dataset:
        settings = self.settings
        options = {"side": settings["side"], "first": len(self.record.history) * settings["every"]}
        sets = [
            # A quarter of the photographs is stylised: most of the time goes into that.
            crop_batches(
                source.train, context, **options, batch=settings["batch"] // share, seed=settings["seed"] + share
            )
            for source, share in zip(self.sources, (1, STYLISED), strict=False)
        ]
        return tf.data.Dataset.zip(tuple(sets))

    def _step(self) -> Step:
        level, weight = self.settings["level"], self.settings["style_weight"]
        model, replicas = self.model, self.strategy.num_replicas_in_sync
        stylizer = Stylizer(self.encoder, model)

        def train(images, styles=None):
            features = self.encoder(images)
            with tf.GradientTape() as tape:
                losses = {"reconstruction": reconstruction_loss(model, level, images, features)}
                loss = losses["reconstruction"]
                if styles is not None:
                    losses |= stylisation_loss(stylizer, images[: tf.shape(styles)[0]], styles)
                    loss += weight * (losses["style"] + STRUCTURE * losses["structure"] + PATCHES * losses["patches"])
                scaled = model.optimizer.scale_loss(loss / replicas)
            update(model, tape, scaled)
            return {name: value / replicas for name, value in {"loss": loss, **losses}.items()}

        @tf.function(autograph=False)
        def step(iterator):
            return summed(self.strategy, self.strategy.run(train, args=next(iterator)))

        return step

    def go(self, callbacks: Sequence[keras.callbacks.Callback]) -> TrainedDecoder:
        """Trains up to the last round."""
        first, rounds = len(self.record.history), self.settings["steps"] // self.settings["every"]
        if first < rounds:
            self.record.make()
            batches = iter(self.strategy.distribute_datasets_from_function(self._batches))
            run_epochs(self.model, self._step(), batches, [*self._callbacks(), *callbacks],
                       steps=self.settings["every"], first=first, epochs=rounds)  # fmt: skip
        return TrainedDecoder(self.model, tuple(self.record.history), self.record.skipped)

    def _callbacks(self) -> list[keras.callbacks.Callback]:
        held_out = [source.held_out for source in self.sources]
        ours = [Validate(self.encoder, held_out[0])]
        if is_chief(self.strategy):
            ours += [SaveExamples(self.encoder, self.record.path, *held_out), EventLog(self.record.path)]
            ours += [SaveDecoder(self.record.path, self.settings)]
        # After all that belongs to a round: one that is cut off before is done again.
        return [*ours, SaveEpochs(self.record, (), is_chief(self.strategy))]
