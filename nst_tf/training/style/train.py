"""Trains a network that holds a few styles on a folder of photographs, by the objective of `stylize`."""

import functools
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones import WEIGHTS, feature_extractor, load_backbone
from nst_tf.backbones.precision import dtype_policy
from nst_tf.errors import InputError
from nst_tf.images import read_image
from nst_tf.layers import ConditionalInstanceNorm
from nst_tf.one_pass.decoder_file import ENCODER, ENCODER_PADDING
from nst_tf.one_pass.style_network import StyleNetwork, build_style_network, load_style_network
from nst_tf.recipes.stylize.settings import PRESETS, StylizeSettings
from nst_tf.settings import keywords
from nst_tf.training.crop_batches import crop_batches
from nst_tf.training.loop import Step, compile_with_adam, run_epochs, summed, update
from nst_tf.training.precision import precision_policy
from nst_tf.training.run_folder import EventLog, RunFolder, SaveEpochs
from nst_tf.training.settings import STYLES
from nst_tf.training.strategy import is_chief, open_strategy
from nst_tf.training.style.callbacks import SaveExamples, SaveNetwork
from nst_tf.training.style.objective import StyleObjective
from nst_tf.training.training_images import TrainingImages, find_training_images

__all__ = ["TrainedStyles", "style_names", "train_style"]

LAYERS = tuple({**PRESETS["default"].style_layers, **PRESETS["default"].content_layers})
WEIGHTED = ("content_weight", "style_weight", "patch_weight", "tv_weight")


@dataclass(frozen=True)
class TrainedStyles:
    """A trained network of styles.

    Attributes:
        network: It and the names of its styles.
        history: One record for each round: `epoch` from 1, the means of `loss` and its parts `style`, `content`,
            `patches` and `variation`, `learning_rate` and `seconds`.
        skipped: Path of each unreadable image, within the folder of images, to the reason.
    """

    network: StyleNetwork
    history: tuple[dict[str, float], ...]
    skipped: dict[str, str]


@keywords(STYLES)
def train_style(
    styles: Sequence[str | os.PathLike],
    images: str | os.PathLike,
    run: str | os.PathLike,
    *,
    start: str | os.PathLike | None = None,
    add_to: str | os.PathLike | None = None,
    strategy: tf.distribute.Strategy | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **changes: Any,
) -> TrainedStyles:
    """Trains one network for some styles, or goes on with it.

    After every round of `every` updates `run` holds `model.keras` (with the optimizer's state), `run.json` (settings
    and the record of each round), `network.npz`, which `load_style_network` and `nst-tf stylize --network` take,
    example pictures, and logs for TensorBoard if that is installed. Called again with the same arguments it goes on
    after the last finished round, and on the same device ends with the very weights that an uninterrupted run ends with
    (on GPUs if the environment variable `TF_DETERMINISTIC_OPS` is 1).

    Args:
        styles: Image files; their names without the extension are those of the styles.
        images: Folder of photographs; a tenth is held out for the examples.
        run: The folder to write to.
        start: A network to start from, see `load_style_network`: its convolutions, and of its styles those of these
            names; others begin as the mean of its own. By default, random weights.
        add_to: A network that `styles` are added to, likewise. Only their scales and offsets are trained, 3,200 numbers
            each (Dumoulin, Shlens and Kudlur 2017, section 3.4), so that far fewer updates do; its convolutions and
            other styles stay as they are. A style whose name it has is trained further.
        strategy: See `open_strategy`; by default one device.
        callbacks: Keras callbacks, called after ours once a round with its record.
        **changes: Attributes of `StyleNetworkSettings` to change; each update is to one style in turn.

    Returns:
        The network after the last update, and how it came about.

    Raises:
        InputError: A setting, a style or the folder cannot be used, both `start` and `add_to` are given, or `run` is a
            run with other settings or images.
        NstError: Training diverged, or writing failed.
    """
    chosen = STYLES.choose(**changes)
    strategy = open_strategy() if strategy is None else strategy
    if chosen.batch % strategy.num_replicas_in_sync:
        raise InputError(f"a batch of {chosen.batch} cannot be shared among {strategy.num_replicas_in_sync} devices")
    settings = {**vars(chosen), "encoder": WEIGHTS[ENCODER].hash, "precision": precision_policy(chosen.precision)}
    names, pixels = style_names(styles), [read_image(style).pixels for style in styles]
    photos = find_training_images(images, chosen.seed)
    settings |= {"styles": dict(zip(names, map(_digest, pixels), strict=True)), "images": photos.digest()}
    if None not in (start, add_to):
        raise InputError(f"start is {start} and add_to is {add_to}; only one network can be begun with")
    before = add_to if start is None else start
    known = None if before is None else load_style_network(before)
    digest = None if known is None else _digest(*known.model.get_weights())
    settings |= {"start": None if start is None else digest, "add_to": None if add_to is None else digest}
    record = RunFolder(run, settings)
    record.skipped = photos.skipped
    training = _Training(record, settings, photos, strategy, known)
    training.go(pixels, callbacks)
    return TrainedStyles(training.network, tuple(record.history), record.skipped)


def style_names(styles: Sequence[str | os.PathLike]) -> list[str]:
    """The names of image files without their extensions.

    Raises:
        InputError: There is none, or two are alike.
    """
    names = [Path(style).stem for style in styles]
    if not names:
        raise InputError("no style was given; at least one is needed")
    if len(set(names)) < len(names):
        raise InputError(f"two styles have the same name: {', '.join(names)}")
    return names


def _objective_settings(settings: dict[str, Any]) -> StylizeSettings:
    weights = {name: settings[name] for name in WEIGHTED}
    return PRESETS.choose(size=settings["style_size"], **weights)


def _digest(*arrays: np.ndarray) -> str:
    return hashlib.sha256(b"".join(one.tobytes() for one in arrays)).hexdigest()[:16]


class _Training:
    """A run, at the round after the last one that was finished."""

    def __init__(
        self,
        record: RunFolder,
        settings: dict,
        photos: TrainingImages,
        strategy: tf.distribute.Strategy,
        start: StyleNetwork | None,
    ):
        self.record, self.settings, self.photos, self.strategy = record, settings, photos, strategy
        with strategy.scope(), dtype_policy(settings["precision"]):
            self.encoder = feature_extractor(load_backbone(ENCODER, padding=ENCODER_PADDING), LAYERS)
            kept = start.styles if start and settings["add_to"] else ()
            styles = tuple(dict.fromkeys([*kept, *settings["styles"]]))
            self.network = StyleNetwork(record.load(settings["every"]) or self._new_model(styles, start), styles)

    def _new_model(self, styles: tuple[str, ...], start: StyleNetwork | None) -> keras.Model:
        keras.utils.set_random_seed(self.settings["seed"])
        model = build_style_network(len(styles))
        if start is not None:
            StyleNetwork(model, styles).take(start)
        for layer in model.layers if self.settings["add_to"] else ():
            layer.trainable = isinstance(layer, ConditionalInstanceNorm)
        compile_with_adam(model, self.settings["learning_rate"], self.settings["steps"])
        return model

    def go(self, styles: Sequence[np.ndarray], callbacks: Sequence[keras.callbacks.Callback]) -> None:
        """Trains up to the last round."""
        settings, first = self.settings, len(self.record.history)
        rounds = settings["steps"] // settings["every"]
        if first == rounds:
            return
        self.record.make()
        crops = functools.partial(crop_batches, self.photos.train, side=settings["side"], batch=settings["batch"],
                                  seed=settings["seed"], first=first * settings["every"])  # fmt: skip
        batches = iter(self.strategy.distribute_datasets_from_function(crops))
        objective = StyleObjective(self.encoder, styles, _objective_settings(settings))
        run_epochs(self.network.model, self._step(objective), batches, [*self._callbacks(), *callbacks],
                   steps=settings["every"], first=first, epochs=rounds)  # fmt: skip

    def _step(self, objective: StyleObjective) -> Step:
        """An update, each to the next style in turn."""
        model, styles, replicas = self.network.model, self.network.styles, self.strategy.num_replicas_in_sync
        trained = tf.constant([styles.index(name) for name in self.settings["styles"]])

        def train(images):
            style = tf.cast(model.optimizer.iterations % len(trained), tf.int32)
            shares = tf.repeat(tf.one_hot(trained[style, None], len(styles)), tf.shape(images)[0], axis=0)
            content = self.encoder(images)
            with tf.GradientTape() as tape:
                made = model({"image": images, "shares": shares}, training=True)
                parts = objective(style, made, self.encoder(made), content)
                loss = model.optimizer.scale_loss(parts["loss"] / replicas)
            update(model, tape, loss)
            return {name: value / replicas for name, value in parts.items()}

        @tf.function(autograph=False)
        def step(iterator):
            return summed(self.strategy, self.strategy.run(train, args=(next(iterator),)))

        return step

    def _callbacks(self) -> list[keras.callbacks.Callback]:
        chief, run = is_chief(self.strategy), self.record.path
        ours = [SaveExamples(self.network, run, self.photos.held_out), EventLog(run), SaveNetwork(self.network, run)]
        # Last: a round that is cut off before it was recorded is done again.
        return [*(ours if chief else ()), SaveEpochs(self.record, (), chief)]
