"""Many images in one, and what is written above them."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nst_tf.errors import InputError
from nst_tf.images.resize import resize_image

__all__ = ["LABEL", "contact_sheet", "even_columns", "labelled", "montage"]

LABEL = 18  # height of what is written above an image, in pixels
LETTERS = 13
GAP = 8  # pixels between the images of a contact sheet


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


def contact_sheet(
    images: Sequence[np.ndarray],
    labels: Sequence[str],
    columns: int,
    shape: Sequence[int],
) -> np.ndarray:
    """Images of any sizes in rows, in reading order, each as large as its cell allows, under its label, on white.

    Args:
        images: float32 `(height, width, 3)` each, at least one.
        labels: One for each image; without any text at all, no place is left for them.
        columns: Images in a row.
        shape: Of the cells, `(height, width, ...)`.

    Returns:
        float32 `(height, width, 3)`.

    Raises:
        InputError: There is no image, or `columns` cannot be.
    """
    cells = [_in_cell(image, shape) for image in images]
    if any(labels):
        cells = [labelled(cell, label) for cell, label in zip(cells, labels, strict=True)]
    return montage(cells, columns, GAP)


def even_columns(number: int, widest: int) -> int:
    """How many of `number` images to put in a row, so that rows are of about one length and of `widest` at most."""
    return -(-number // -(-number // widest))


def _in_cell(image: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """An image at the size of a cell, white beside it where it is of another form."""
    cell = np.ones((*shape[:2], 3), np.float32)
    scale = min(shape[0] / image.shape[0], shape[1] / image.shape[1])
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    cell[:height, :width] = image if scale == 1 else resize_image(image, (height, width))
    return cell
