"""The optimizer of feed-forward networks: Adam, a warm-up, and a learning rate that falls along a cosine."""

import keras

__all__ = ["compile_with_adam"]

WARM_UP = 100  # updates
LAST_RATE = 0.01  # of the learning rate
LONGEST_GRADIENT = 5.0


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
