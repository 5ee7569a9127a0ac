"""`show`: pictures side by side."""

import math
from collections.abc import Sequence
from typing import Protocol

from nst_tf.errors import InputError
from nst_tf.images import Picture, Source, as_picture
from nst_tf.images.montage import contact_sheet

__all__ = ["HasPicture", "show"]

WIDEST = 4  # pictures in a row, unless one says otherwise


class HasPicture(Protocol):
    """What came of a recipe, such as a `Result`."""

    @property
    def picture(self) -> Picture: ...


def show(*pictures: Source | HasPicture, titles: Sequence[str] | None = None, columns: int | None = None) -> Picture:
    """Lays pictures out side by side, each as large as the largest of them allows.

    Args:
        *pictures: Each a `Picture`, a `Result`, an array `(height, width, 3)`, floats in [0, 1] or uint8, or the path
            of an image file.
        titles: What is written above each.
        columns: Pictures in a row; by default rows are about as long as one another, and hold no more than 4.

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
    images = [as_picture(getattr(one, "picture", one)).on_white for one in pictures]
    rows = math.ceil(len(images) / WIDEST) or 1
    return Picture(contact_sheet(images, titles or [""] * len(images), columns or math.ceil(len(images) / rows)))
