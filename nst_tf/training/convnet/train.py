"""Zeiler and Fergus 2013, section 3: stochastic gradient descent with momentum on random crops, a learning rate that
falls when the error stays, dropout, and filters of limited size.
"""

import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones.alexnet import alexnet_classifier
from nst_tf.backbones.zfnet import zfnet
from nst_tf.errors import InputError, unknown
from nst_tf.settings import keywords
from nst_tf.training.convnet.batches import training_batches
from nst_tf.training.convnet.class_folders import ClassFolders, find_classes
from nst_tf.training.convnet.classifier import TrainedClassifier, classification_step
from nst_tf.training.convnet.mean_image import mean_image
from nst_tf.training.convnet.ten_crop import TenCrop
from nst_tf.training.convnet.zeiler_fergus import FilterRms, PlateauAnnealing, scale_kernels
from nst_tf.training.loop import run_epochs
from nst_tf.training.run_folder import RunFolder, SaveEpochs
from nst_tf.training.settings import CONVNET
from nst_tf.training.strategy import is_chief, open_strategy
from nst_tf.visualize.evolution.callback import EPOCHS, FeatureEvolution

__all__ = ["ARCHITECTURES", "train_convnet"]

ARCHITECTURES: dict[str, Callable[..., keras.Model]] = {"zfnet": zfnet, "alexnet": alexnet_classifier}


@keywords(CONVNET)
def train_convnet(
    folder: str | os.PathLike,
    run: str | os.PathLike,
    *,
    omit: Iterable[str] = (),
    maps: Mapping[str, int] | None = None,
    strategy: tf.distribute.Strategy | None = None,
    evolution_epochs: Sequence[int] = EPOCHS,
    evolution_layers: Sequence[str] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **changes: Any,
) -> TrainedClassifier:
    """Trains a convolutional network on a folder of images by the paper's recipe, or goes on with it.

    After every epoch `run` holds `model.keras` (with the optimizer's state), `classes.txt` and `run.json` (settings and
    the record of each epoch). Called again with the same arguments it goes on after the last finished epoch, and
    on the same device ends with the very weights that an uninterrupted run ends with (on GPUs if the environment
    variable `TF_DETERMINISTIC_OPS` is 1). More `epochs` prolong a finished run.

    Args:
        folder: Images, see `find_classes`.
        run: The folder to write to.
        omit: Layers to leave out, see `zfnet`.
        maps: Other numbers of maps or units by layer, see `zfnet`.
        strategy: See `open_strategy`; by default one device.
        evolution_epochs: After which epochs to record what the filters respond to, see `FeatureEvolution`; the
            record is in `run/evolution`.
        evolution_layers: In which layers; all rectified feature maps if `None`.
        callbacks: Keras callbacks, called after ours, so `logs` has all that `TrainedClassifier.history` has. They are
            not called for the epochs already done.
        **changes: Attributes of `ConvnetSettings` to change; see `PlateauAnnealing` for the learning rate.

    Returns:
        The model after the last epoch, and how it came about.

    Raises:
        InputError: A setting or the folder cannot be used, or `run` is a run with other settings or images.
        NstError: Writing failed.
    """
    chosen = CONVNET.choose(**changes)
    if chosen.architecture not in ARCHITECTURES:
        raise unknown("architecture", chosen.architecture, ARCHITECTURES)
    strategy = open_strategy() if strategy is None else strategy
    folders = find_classes(folder, chosen.held_out, chosen.seed)
    settings = {**vars(chosen), "omit": sorted(omit), "maps": dict(maps or {}), "images": folders.digest()}
    epochs = settings.pop("epochs")  # of which there may be more later
    record = RunFolder(run, settings)
    training = _Training(record, folders, settings, strategy)
    training.record_evolution(evolution_epochs, evolution_layers)
    return training.go(epochs, callbacks)


class _Training:
    """A run, at the epoch after the last one that was finished."""

    def __init__(self, record: RunFolder, folders: ClassFolders, settings: dict, strategy: tf.distribute.Strategy):
        self.record, self.settings, self.strategy = record, settings, strategy
        mean = None
        if not record.model_file.exists():
            mean, record.skipped = mean_image(folders, settings["side"])
        self.folders = folders.without(record.skipped)
        count, replicas = len(self.folders.train.files), strategy.num_replicas_in_sync
        self.batch = min(settings["batch"], count // replicas * replicas)
        if not self.batch or self.batch % replicas:
            raise InputError(f"a batch of {settings['batch']} cannot be shared among {replicas} devices")
        self.steps = count // self.batch
        with strategy.scope():
            self.model = record.load(self.steps) or self._new_model(mean)

    def _new_model(self, mean) -> keras.Model:
        keras.utils.set_random_seed(self.settings["seed"])
        build = ARCHITECTURES[self.settings["architecture"]]
        form = {name: self.settings[name] for name in ("side", "width", "omit", "maps")}
        model = build(len(self.folders.classes), mean=mean, **form)
        scale_kernels(model, self.settings["width"])
        optimizer = keras.optimizers.SGD(self.settings["learning_rate"], momentum=self.settings["momentum"])
        model.compile(optimizer, jit_compile=False)
        optimizer.build(model.trainable_variables)
        return model

    def record_evolution(self, epochs: Sequence[int], layers: Sequence[str] | None) -> None:
        """Has what the filters respond to recorded after these epochs."""
        files, chief = self.folders.train.files, is_chief(self.strategy)
        self._evolution = FeatureEvolution(files, self.record.path, layers, epochs, writes=chief)

    def go(self, epochs: int, callbacks: Sequence[keras.callbacks.Callback]) -> TrainedClassifier:
        """Trains up to that number of epochs."""
        first = len(self.record.history)
        if first < epochs:
            self.record.make()
            self.model.optimizer.learning_rate = self.settings["learning_rate"]
            batches = self.strategy.distribute_datasets_from_function(
                functools.partial(training_batches, self.folders.train, side=self.settings["side"], batch=self.batch,
                                  seed=self.settings["seed"], epoch=first)
            )  # fmt: skip
            step = classification_step(self.model, self.strategy, self.batch)
            run_epochs(self.model, step, iter(batches), self._callbacks(callbacks),
                       steps=self.steps, first=first, epochs=epochs)  # fmt: skip
        return TrainedClassifier(self.model, self.folders.classes, tuple(self.record.history), self.record.skipped)

    def _callbacks(self, users: Sequence[keras.callbacks.Callback]) -> list[keras.callbacks.Callback]:
        return [
            _EpochSeeds(self.settings["seed"]),
            FilterRms(),
            TenCrop(self.folders.held_out, self.strategy, self.settings["side"]),
            PlateauAnnealing(self.record.history),
            self._evolution,
            # After all that belongs to an epoch: one that is cut off before is done again.
            SaveEpochs(self.record, self.folders.classes, is_chief(self.strategy)),
            *users,
        ]


class _EpochSeeds(keras.callbacks.Callback):
    """Makes the random numbers of dropout a function of the seed and the epoch; Keras does not save them."""

    def __init__(self, seed: int):
        super().__init__()
        self._seed = seed

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        states = [variable for variable in self.model.variables if variable.name == "seed_generator_state"]
        for number, state in enumerate(states):
            state.assign(np.random.SeedSequence((self._seed, epoch, number)).generate_state(2))
