"""A picture in a size that a network takes."""

import keras
import numpy as np

from nst_tf.images import resize

__all__ = ["fit_image"]


def fit_image(model: keras.Model, pixels: np.ndarray, side: int = 224) -> np.ndarray:
    """A picture in a size that a network takes: whole for one that takes any size, else its middle.

    Args:
        model: If it takes one size only, the picture is made just large enough to cover that, and what sticks out on
            two sides is cut off evenly.
        pixels: float32 `(height, width, 3)` in [0, 1].
        side: To which the shorter side is brought for a network that takes any size, in pixels.

    Returns:
        float32 `(height, width, 3)` in [0, 1].
    """
    height, width = pixels.shape[:2]
    rows, columns = model.input_shape[1:3]
    scale = max((rows or side) / height, (columns or side) / width)
    size = max(rows or 1, round(height * scale)), max(columns or 1, round(width * scale))
    fitted = pixels if size == (height, width) else resize(pixels, size).clip(0, 1)
    rows, columns = rows or size[0], columns or size[1]
    top, left = (size[0] - rows) // 2, (size[1] - columns) // 2
    return fitted[top : top + rows, left : left + columns]
