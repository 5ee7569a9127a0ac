"""Dropout that a resumed run repeats."""

import keras
import numpy as np

__all__ = ["EpochSeeds"]


class EpochSeeds(keras.callbacks.Callback):
    """Makes the random numbers of a model's layers a function of the seed and the epoch; Keras does not save them.

    Args:
        seed: 0 or more.
    """

    def __init__(self, seed: int):
        super().__init__()
        self._seed = seed

    def on_epoch_begin(self, epoch, logs=None):
        states = [variable for variable in self.model.variables if variable.name == "seed_generator_state"]
        for number, state in enumerate(states):
            state.assign(np.random.SeedSequence((self._seed, epoch, number)).generate_state(2))
