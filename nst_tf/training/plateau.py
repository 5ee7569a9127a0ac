"""Zeiler and Fergus 2013, section 3: the learning rate is annealed "when the validation error plateaus"."""

from collections.abc import Mapping, Sequence

import keras

__all__ = ["PlateauAnnealing"]


class PlateauAnnealing(keras.callbacks.ReduceLROnPlateau):
    """Divides the learning rate by 10 when the held-out loss has not fallen for a while.

    The paper did so by hand and gives no number; factor, patience and least rate are ours. It watches the loss, not
    the rate of errors, which on few images moves in leaps. Its state is a function of the epochs so far, so a
    resumed run replays them.

    Args:
        history: The epochs already done, with their `val_loss`.
        patience: Epochs without a new minimum before the rate falls.
        least: The rate below which it does not fall, as a share of the first rate.
    """

    def __init__(self, history: Sequence[Mapping[str, float]] = (), *, patience: int = 10, least: float = 1e-2):
        super().__init__(monitor="val_loss", factor=0.1, patience=patience, min_delta=0.0)
        self._past = [dict(row) for row in history]
        self._least = least

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.min_lr = self._least * float(self.model.optimizer.learning_rate.numpy())
        for epoch, row in enumerate(self._past):
            self.on_epoch_end(epoch, row)
