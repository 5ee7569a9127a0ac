"""A classifier: an update of it, and what its training gives."""

from dataclasses import dataclass

import keras
import tensorflow as tf

from nst_tf.training.loop import Step, summed

__all__ = ["TrainedClassifier", "classification_step"]


@dataclass(frozen=True)
class TrainedClassifier:
    """A trained classifier.

    Attributes:
        model: Images in [0, 1] to the probabilities of the classes.
        classes: Their names.
        history: One record for each epoch (of a head: one in all): `epoch` from 1, `loss` and `error` (share of images
            classified wrongly) while training, `seconds`, and of the held-out images `val_loss` and `val_error`; of
            a whole network also `val_top5_error` and `learning_rate`.
        skipped: Path of each unreadable image, within the folder of images, to the reason.
    """

    model: keras.Model
    classes: tuple[str, ...]
    history: tuple[dict[str, float], ...]
    skipped: dict[str, str]


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

    @tf.function(autograph=False)
    def step(iterator):
        return summed(strategy, strategy.run(train, args=next(iterator)))

    return step


def _logits(model: keras.Model) -> keras.Model:
    """The model without its softmax: the gradient of the loss of rounded probabilities vanishes."""
    return keras.Model(model.inputs, model.layers[-1].input)
