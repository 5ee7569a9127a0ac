"""What training measures, for TensorBoard."""

import os
from pathlib import Path

import keras
import tensorflow as tf

__all__ = ["EventLog"]


class EventLog(keras.callbacks.Callback):
    """Writes the logs of every round to `RUN/logs`, if the package tensorboard is installed; else it does nothing.

    Args:
        run: The folder of the run.
    """

    def __init__(self, run: str | os.PathLike):
        super().__init__()
        self._folder, self._writer = Path(run) / "logs", None

    def on_train_begin(self, logs=None):
        try:
            import tensorboard  # noqa: F401  without it tf.summary has no scalars
        except ImportError:
            return
        self._writer = tf.summary.create_file_writer(str(self._folder))

    def on_epoch_end(self, epoch, logs=None):
        if self._writer is None:
            return
        with self._writer.as_default(step=epoch + 1):
            for name, value in logs.items():
                tf.summary.scalar(name, value)
        self._writer.flush()
