"""The training loop: Keras callbacks around compiled steps that run on every replica.

Not `keras.Model.fit`: in Keras 3 it fails under `MultiWorkerMirroredStrategy` (keras-team/keras issue 20585).
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence

import keras
import tensorflow as tf

from nst_tf.errors import NstError

__all__ = ["Step", "classification_step", "run_epochs", "summed"]

# Trains on the next batch, and gives what was measured on it by name.
Step = Callable[[Iterator], dict[str, tf.Tensor]]


def _logits(model: keras.Model) -> keras.Model:
    """The model without its softmax: the gradient of the loss of rounded probabilities vanishes."""
    return keras.Model(model.inputs, model.layers[-1].input)


def classification_step(model: keras.Model, strategy: tf.distribute.Strategy, batch: int) -> Step:
    """A step that trains a classifier, and gives the mean loss and the rate of errors before it.

    Args:
        model: Ends in a softmax; compiled with an optimizer, which does the updates.
        strategy: In whose scope the model was made.
        batch: Images in a batch of all replicas together.
    """
    logits_of = _logits(model)

    def train(images, labels):
        with tf.GradientTape() as tape:
            logits = logits_of(images, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_sum(losses) / batch
        variables = model.trainable_variables
        model.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        wrong = tf.argmax(logits, axis=1, output_type=tf.int32) != labels
        return {"loss": loss, "error": tf.reduce_sum(tf.cast(wrong, tf.float32)) / batch}

    @tf.function
    def step(iterator):
        return summed(strategy, strategy.run(train, args=next(iterator)))

    return step


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
