"""Max pooling's switches and the way back, cell by cell in NumPy."""

from pathlib import Path

import numpy as np
from PIL import Image

PHOTO = Path(__file__).parents[1] / "data" / "kitten.jpg"

WINDOWS = [((2, 2), (2, 2)), ((3, 3), (2, 2)), ((3, 3), (1, 1)), ((3, 3), (3, 3)), ((2, 3), (1, 2)), ((1, 2), (3, 3))]


def photo_activations(height, width):
    """A photograph through a random convolution and a ReLU, `(1, height, width, 4)`: many ties at 0."""
    with Image.open(PHOTO) as image:
        pixels = np.asarray(image.resize((width + 2, height + 2)), np.float64)[None] / 255
    kernel = np.random.default_rng(0).normal(size=(3, 3, 3, 4))
    cells = np.lib.stride_tricks.sliding_window_view(pixels - pixels.mean(), (3, 3), axis=(1, 2))
    return np.maximum(np.tensordot(cells, kernel, axes=((3, 4, 5), (2, 0, 1))), 0)


def inputs(dtype, batch=2, height=7, width=9, channels=3):
    """Inputs by kind, `(batch, height, width, channels)` but for the photograph."""
    rng, shape = np.random.default_rng(0), (batch, height, width, channels)
    kinds = {
        "random": rng.normal(size=shape),
        "tied": np.ones(shape),
        "negative": -1 - rng.random(shape),
        "rounded": rng.integers(0, 3, shape),
        "lowest": np.full(shape, np.finfo(dtype).min),
        "infinite": rng.choice([-np.inf, np.inf], shape, p=(0.9, 0.1)),
        "photograph": photo_activations(height, width),
    }
    return {kind: x.astype(dtype) for kind, x in kinds.items()}


def _windows(sides, pool_size, strides, padding):
    for side, window, stride in zip(sides, pool_size, strides, strict=True):
        if padding == "valid":
            yield (side - window) // stride + 1, 0
        else:
            count = -(-side // stride)
            yield count, max((count - 1) * stride + window - side, 0) // 2


def switches(x, pool_size, strides, padding):
    """`(pooled, within, flat)` of `(batch, height, width, channels)`."""
    batch, height, width, channels = x.shape
    (rows, top), (columns, left) = _windows((height, width), pool_size, strides, padding)
    pooled = np.full((batch, rows, columns, channels), np.nan, x.dtype)
    within, flat = np.zeros(pooled.shape, int), np.zeros(pooled.shape, int)
    for place in np.ndindex(pooled.shape):
        for cell, (i, j) in enumerate(np.ndindex(*pool_size)):
            row, column = place[1] * strides[0] - top + i, place[2] * strides[1] - left + j
            if not (0 <= row < height and 0 <= column < width):
                continue
            value = x[place[0], row, column, place[3]]
            if np.isnan(pooled[place]) or value > pooled[place]:
                pooled[place], within[place], flat[place] = value, cell, row * width + column
    return pooled, within, flat


def unpool(values, flat, height, width, overlap):
    """Each value at its flat position, in reading order of the windows."""
    placed = np.zeros((len(values), height * width, values.shape[3]), values.dtype)
    for place in np.ndindex(values.shape):
        pixel = (place[0], flat[place], place[3])
        placed[pixel] = values[place] + (placed[pixel] if overlap == "sum" else 0)
    return placed.reshape(len(values), height, width, -1)
