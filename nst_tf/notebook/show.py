"""`show`: pictures side by side."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from nst_tf.errors import InputError
from nst_tf.images import Picture, Source, as_picture, fit
from nst_tf.images.montage import contact_sheet, even_columns

__all__ = ["HasPicture", "show"]

WIDEST = 4  # pictures in a row, unless one says otherwise


class HasPicture(Protocol):
    """What came of a recipe, such as a `Result`."""

    @property
    def picture(self) -> Picture: ...


def show(
    *pictures: Source | HasPicture,
    titles: Sequence[str] | None = None,
    columns: int | None = None,
    size: int | None = None,
) -> Picture:
    """Lays pictures out side by side, all of one size.

    Args:
        *pictures: Each a `Picture`, a `Result`, an array `(height, width, 3)`, floats in [0, 1] or uint8, or the path
            of an image file.
        titles: What is written above each.
        columns: Pictures in a row; by default rows are about as long as one another, and hold no more than 4.
        size: Longest side of each picture in pixels; by default that of the smallest, so that none is enlarged.

    Returns:
        All of them as one picture, which a notebook shows and `write_image` writes.

    Raises:
        InputError: There is no picture, or one cannot be used, or there are more titles or fewer.

    Example:
        >>> sheet = nst_tf.show("castle.jpg", "wave.jpg", titles=["photograph", "painting"])
        >>> nst_tf.write_image("both.png", sheet)
    """
    if titles is not None and len(titles) != len(pictures):
        raise InputError(f"there are {len(titles)} titles for {len(pictures)} pictures; one is needed for each")
    if not pictures:
        raise InputError("no picture was given; at least one is needed")
    images = [as_picture(getattr(one, "picture", one)).on_white for one in pictures]
    longest = min(max(image.shape) for image in images) if size is None else size
    shape = np.max([fit(image.shape, longest) for image in images], axis=0)
    columns = even_columns(len(images), WIDEST) if columns is None else columns
    return Picture(contact_sheet(images, titles or [""] * len(images), columns, shape))
