"""The page on which the sheet and the animation of feature evolution are laid out."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nst_tf.images.montage import montage

__all__ = ["LINE", "MARK", "label", "mark", "page", "stack"]

LINE = 20  # pixels
# Okabe and Ito 2008; told from grey also by the colour-blind.
MARK = (0.835, 0.369, 0.0)

_CORNER = 11
_BETWEEN, _MARGIN = 28, 16
_WIDTH_TO_HEIGHT = 1.5
_LEGEND = "another image than at the recorded epoch before excites the filter most, or none does"


def label(text: str, width: int | None = None, height: int = LINE, align: str = "l", size: int = 13) -> np.ndarray:
    """A line of text in the middle of the height.

    Args:
        text: The line.
        width: In pixels; that of the text if `None`.
        height: In pixels.
        align: `"l"`, `"m"` or `"r"`: to the left, in the middle or to the right of the width.
        size: Of the letters, in pixels.

    Returns:
        float32 `(height, width, 3)` in [0, 1].
    """
    font = ImageFont.load_default(size)
    width = math.ceil(font.getlength(text)) if width is None else width
    image = Image.new("RGB", (width, height), "white")
    x = {"l": 0, "m": width // 2, "r": width - 1}[align]
    ImageDraw.Draw(image).text((x, height // 2), text, fill="#444", font=font, anchor=f"{align}m")
    return np.asarray(image, np.float32) / 255


def mark(picture: np.ndarray) -> None:
    """Marks the upper left corner of a picture, float32 `(height, width, 3)`, in place."""
    distance = np.add.outer(*map(np.arange, picture.shape[:2]))
    picture[distance < _CORNER + 2] = 1
    picture[distance < _CORNER] = MARK


def stack(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures of any width below each other, with white to the right of the narrower ones."""
    width = max(part.shape[1] for part in parts)
    return np.concatenate([_padded(part, len(part), width) for part in parts])


def page(blocks: Sequence[np.ndarray], heading: Sequence[np.ndarray] = ()) -> np.ndarray:
    """Blocks of any sizes on a page of a pleasant shape, with a line that says what the mark means.

    Args:
        blocks: float32 `(height, width, 3)` in [0, 1] each.
        heading: What stands above them.

    Returns:
        float32 `(height, width, 3)` in [0, 1].
    """
    height, width = (max(block.shape[axis] for block in blocks) for axis in (0, 1))
    columns = round(math.sqrt(len(blocks) * _WIDTH_TO_HEIGHT * height / width))
    body = montage([_padded(block, height, width) for block in blocks], min(max(columns, 1), len(blocks)), _BETWEEN)
    inside = stack([*heading, body, *_legend()])
    return np.pad(inside, ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), constant_values=1)


def _padded(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    missing = (0, height - picture.shape[0]), (0, width - picture.shape[1]), (0, 0)
    return np.pad(picture, missing, constant_values=1)


def _legend() -> tuple[np.ndarray, np.ndarray]:
    sample = np.ones((LINE, LINE, 3), np.float32)
    mark(sample[4:])
    return np.ones_like(sample), np.concatenate([sample, label(_LEGEND)], 1)
