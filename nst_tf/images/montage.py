"""Many images in one, and what is written above them."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nst_tf.errors import InputError

__all__ = ["LABEL", "labelled", "montage"]

LABEL = 18  # height of what is written above an image, in pixels
LETTERS = 13


def montage(
    images: Sequence[np.ndarray] | np.ndarray, columns: int, gap: int = 2, background: float = 1.0
) -> np.ndarray:
    """Lays images of one size out in rows, in reading order.

    Args:
        images: float32 `(height, width, 3)` each, at least one; a batch `(n, height, width, 3)` will do.
        columns: images in a row; the last row is filled up with background.
        gap: pixels between neighbours. There is none around the whole.
        background: the grey of the gaps and of the places left over, in [0, 1].

    Returns:
        float32 `(rows * (height + gap) - gap, columns * (width + gap) - gap, 3)`.

    Raises:
        InputError: there is no image, they differ in size, or `columns` or `gap` cannot be.
    """
    _check(images, columns, gap)
    height, width, _ = images[0].shape
    rows = -(-len(images) // columns)
    canvas = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), background, np.float32)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        top, left = row * (height + gap), column * (width + gap)
        canvas[top : top + height, left : left + width] = image
    return canvas


def _check(images: Sequence[np.ndarray] | np.ndarray, columns: int, gap: int) -> None:
    if len(images) == 0:
        raise InputError("a montage needs at least one image")
    if columns < 1 or gap < 0:
        raise InputError(f"a montage cannot have {columns} columns with {gap} pixels between them")
    shapes = {np.shape(image) for image in images}
    if len(shapes) > 1 or len(images[0].shape) != 3 or images[0].shape[-1] != 3:
        raise InputError(f"the images of a montage must share one shape (height, width, 3), not {sorted(shapes)}")


def labelled(image: np.ndarray, text: str, color: str = "#444") -> np.ndarray:
    """An image under a line of text on white; of a text that ends in a number, the number alone where all is too long.

    Args:
        image: float32 `(height, width, 3)`.
        text: What is written; it is cut off at the width.
        color: Of the text, as Pillow takes it.

    Returns:
        float32 `(LABEL + height, width, 3)`.
    """
    font, width = ImageFont.load_default(LETTERS), image.shape[1]
    last = text.rpartition(" ")[2]
    line = Image.new("RGB", (width, LABEL), "white")
    written = last if last.isdigit() and font.getlength(text) > width else text
    ImageDraw.Draw(line).text((0, 0), written, fill=color, font=font)
    return np.concatenate([np.asarray(line, np.float32) / 255, image])
