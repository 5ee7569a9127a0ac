"""One update of a network that holds a few styles."""

from collections.abc import Iterator

import keras
import tensorflow as tf

from nst_tf.training.loop import Step, summed
from nst_tf.training.style.objective import StyleObjective

__all__ = ["style_step"]


def style_step(
    model: keras.Model, encoder: keras.Model, objective: StyleObjective, styles: int, strategy: tf.distribute.Strategy
) -> Step:
    """An update of a network, each to the next style in turn.

    Args:
        model: One of `build_style_network`, compiled with an optimizer.
        encoder: From images to the features that `objective` looks at.
        objective: What is minimised.
        styles: How many there are.
        strategy: In whose scope the model was made.
    """

    def train(images):
        style = tf.cast(model.optimizer.iterations % styles, tf.int32)
        shares = tf.repeat(tf.one_hot([style], styles), tf.shape(images)[0], axis=0)
        content = encoder(images)
        with tf.GradientTape() as tape:
            made = model({"image": images, "shares": shares}, training=True)
            parts = objective(style, made, encoder(made), content)
            loss = model.optimizer.scale_loss(parts["loss"] / strategy.num_replicas_in_sync)
        variables = model.trainable_variables
        model.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return {name: value / strategy.num_replicas_in_sync for name, value in parts.items()}

    @tf.function(autograph=False)
    def step(iterator: Iterator):
        return summed(strategy, strategy.run(train, args=(next(iterator),)))

    return step
