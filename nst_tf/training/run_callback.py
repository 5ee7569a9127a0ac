"""A Keras callback that knows the run it belongs to."""

from collections.abc import Sequence
from pathlib import Path

import keras

__all__ = ["RunCallback"]


class RunCallback(keras.callbacks.Callback):
    """Base of callbacks that look at the training images or write into the run folder.

    Attributes:
        run: The run folder; it exists. Set before training begins, as `files` is.
        files: The images trained with, without the unreadable ones, always in the same order.
        chief: Whether this process is the one that may write.
    """

    run: Path
    files: Sequence[Path]
    chief: bool
