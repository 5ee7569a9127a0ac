"""How long a search for the strongest activations will take, and how large its results will be."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nst_tf.progress import duration
from nst_tf.visualize.top.patches import PatchProjector

__all__ = ["FORECAST_BYTES", "Forecast", "seconds_of", "seconds_to_project"]

# Measured on AlexNet: of the tile of a filter, its part of a sheet, and its numbers; of a pixel of a view.
FORECAST_BYTES = {"filter": 47_000, "pixel": 0.6}
DRAWING = 0.05  # seconds for the tile of a filter and its part of a sheet


class Forecast(NamedTuple):
    """What is still to do.

    Attributes:
        images: To be looked at.
        filters: To be projected.
        seconds: It takes, about.
        size: Of what will be written, in bytes, about.
    """

    images: int
    filters: int
    seconds: float
    size: float

    def __str__(self) -> str:
        """In words: `49 images to look at and 1152 filters to project: about 12 min 5 s and 53 MB`."""
        if not self.images and not self.filters:
            return "everything is computed already"
        work = [f"{self.images} images to look at"] * (self.images > 0)
        work += [f"{self.filters} filters to project"] * (self.filters > 0)
        size = f" and {max(1, round(self.size / 1e6))} MB" if self.size else ""
        return f"{' and '.join(work)}: about {duration(self.seconds)}{size}"


def seconds_of(call: Callable[[], object]) -> float:
    """How long a call takes, after one in which whatever is compiled is compiled."""
    call()
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def seconds_to_project(projector: PatchProjector, filters: int, count: int) -> float:
    """How long it takes to project and draw some filters, `count` activations of each."""
    grey = np.full((*projector.field.image, 3), 0.5, np.float32)
    one = projector.batch
    numbers, positions = np.zeros(one, np.int32), np.zeros((one, 2), np.int32)
    seconds = seconds_of(lambda: projector([grey] * one, numbers, positions))
    return -(-filters * count // one) * seconds + filters * DRAWING
