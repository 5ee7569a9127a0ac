"""What training gives."""

from dataclasses import dataclass

import keras

__all__ = ["Trained"]


@dataclass(frozen=True)
class Trained:
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
