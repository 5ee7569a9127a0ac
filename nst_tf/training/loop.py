"""The training loop: Keras callbacks around compiled steps that run on every replica; and the optimizer of networks
that are trained for a number of updates.

Not `keras.Model.fit`: in Keras 3 it fails under `MultiWorkerMirroredStrategy` (keras-team/keras issue 20585).
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from nst_tf.errors import NstError
from nst_tf.progress import Round

__all__ = ["ReportRounds", "Step", "compile_with_adam", "run_epochs", "summed", "update"]

WARM_UP = 100  # updates
LAST_RATE = 0.01  # of the learning rate
LONGEST_GRADIENT = 5.0
LARGEST = 1e12  # number in a gradient whose length can be told

# Trains on the next batch, and gives what was measured on it by name.
Step = Callable[[Iterator], dict[str, tf.Tensor]]


def summed(strategy: tf.distribute.Strategy, measured: dict) -> dict[str, tf.Tensor]:
    """The sums over all replicas of what each of them measured."""
    return {name: strategy.reduce("SUM", value, axis=None) for name, value in measured.items()}


def run_epochs(
    model: keras.Model,
    step: Step,
    batches: Iterator,
    callbacks: Sequence[keras.callbacks.Callback],
    *,
    steps: int,
    first: int,
    epochs: int,
) -> None:
    """Trains a model.

    Args:
        model: Compiled with an optimizer.
        step: One update of it; `loss` is among what it measures.
        batches: Gives the batches of this process, distributed, without an end.
        callbacks: Called as by `keras.Model.fit`; the logs of an epoch begin with the means of what `step` measured,
            `learning_rate` and `seconds`.
        steps: Batches in an epoch.
        first: The first epoch, from 0.
        epochs: Where to stop.

    Raises:
        NstError: The loss is no longer finite.
    """
    calls = keras.callbacks.CallbackList(list(callbacks), model=model, epochs=epochs, steps=steps, verbose=0)
    model.stop_training = False
    calls.on_train_begin()
    for epoch in range(first, epochs):
        calls.on_epoch_begin(epoch)
        calls.on_epoch_end(epoch, _run_epoch(step, batches, calls, model, steps))
        if model.stop_training:
            break
    calls.on_train_end()


def _run_epoch(step: Step, batches: Iterator, calls: keras.callbacks.CallbackList, model: keras.Model, steps: int):
    began = time.perf_counter()
    totals: dict[str, tf.Tensor] = {}
    for number in range(steps):
        calls.on_train_batch_begin(number)
        totals = {name: totals.get(name, 0.0) + value for name, value in step(batches).items()}
        calls.on_train_batch_end(number)
    logs = {name: float(total) / steps for name, total in totals.items()}
    if not math.isfinite(logs["loss"]):
        raise NstError(f"training diverged: the loss is {logs['loss']}; choose a smaller learning rate")
    rate = float(model.optimizer.learning_rate.numpy())
    return {**logs, "learning_rate": rate, "seconds": time.perf_counter() - began}


def compile_with_adam(model: keras.Model, learning_rate: float, steps: int) -> None:
    """Gives a new model its optimizer, which scales the loss if the policy is one of float16.

    Args:
        model: Made in the scope of the strategy, in which this is called too.
        learning_rate: After the warm-up of 100 updates.
        steps: Updates in all.
    """
    fall = keras.optimizers.schedules.CosineDecay(
        0.0, steps, LAST_RATE, warmup_target=learning_rate, warmup_steps=min(WARM_UP, steps - 1)
    )
    model.compile(keras.optimizers.Adam(fall, global_clipnorm=LONGEST_GRADIENT), jit_compile=False)
    model.optimizer.build(model.trainable_variables)


def update(model: keras.Model, tape: tf.GradientTape, loss: tf.Tensor) -> None:
    """Updates a model of `compile_with_adam`.

    Gradients whose squares float32 cannot hold are made smaller first, or the optimizer could not shorten them. Crops
    of one colour have them: a normalisation magnifies what hardly varies 300 times, and a network has many.

    Args:
        model: Which.
        tape: That has seen how the loss came about.
        loss: A scalar, scaled as the optimizer asks.
    """
    gradients = tape.gradient(loss, model.trainable_variables)
    largest = tf.reduce_max([tf.reduce_max(tf.abs(one)) for one in gradients])
    gradients = [one * tf.minimum(1.0, LARGEST / largest) for one in gradients]
    model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))


class ReportRounds(keras.callbacks.Callback):
    """Reports every round of a training.

    Args:
        report: What is told of it.
        state: From the logs of a round to what there is to say of it.
        name: What a round is called.
    """

    def __init__(self, report: Callable[[Round], object], state: Callable[[Mapping[str, float]], str], name: str):
        super().__init__()
        self._report, self._state, self._name = report, state, name

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._report(Round(self._name, epoch + 1, self.params["epochs"], self._state(logs)))
