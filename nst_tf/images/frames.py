"""A stream of images of one size, as a network takes them: of any number of files, in memory only a few at a time."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from nst_tf.errors import InputError, NstError
from nst_tf.images.files import READABLE
from nst_tf.images.read import read_image
from nst_tf.images.resize import resize_image

__all__ = ["Frames", "center_square", "find_images", "read_frame"]

READERS = min(4, os.cpu_count() or 1)


def find_images(folder: str | os.PathLike) -> list[Path]:
    """The image files in a folder and all folders within, by extension and sorted by path; hidden ones are skipped.

    Raises:
        InputError: There is no such folder, or it has no image.
    """
    root = Path(folder)
    if not root.is_dir():
        raise InputError(f"there is no folder {folder}")
    paths = (path for path in root.rglob("*") if path.suffix.lower() in READABLE and path.is_file())
    found = sorted(path for path in paths if not any(part.startswith(".") for part in path.relative_to(root).parts))
    if not found:
        raise InputError(f"the folder {folder} has no image ({', '.join(READABLE)})")
    return found


def center_square(pixels: np.ndarray, side: int) -> np.ndarray:
    """The middle square of a picture whose shorter side is brought to `side`.

    Args:
        pixels: float32 `(height, width, 3)` in [0, 1].
        side: In pixels.

    Returns:
        float32 `(side, side, 3)` in [0, 1].
    """
    height, width = pixels.shape[:2]
    scale = side / min(height, width)
    size = max(side, round(height * scale)), max(side, round(width * scale))
    fitted = resize_image(pixels, size)
    top, left = (size[0] - side) // 2, (size[1] - side) // 2
    return fitted[top : top + side, left : left + side]


def read_frame(path: str | os.PathLike, side: int) -> np.ndarray:
    """The image of a file as a network takes it: the shorter side brought to `side`, the middle square.

    Args:
        path: The file.
        side: In pixels.

    Returns:
        float32 `(side, side, 3)` in [0, 1].

    Raises:
        InputError: As `read_image`.
    """
    return center_square(read_image(path, at_least=side).pixels, side)


@dataclass
class Frames:
    """Batches of images from files, decoded in threads while the last batch is worked on; can be iterated again.

    Every batch has the same shape, so that what runs on it is compiled once and gives each image the same result in
    whatever company: a short last batch is filled up with grey, with index -1.

    Attributes:
        paths: The files.
        side: Of the square images, in pixels.
        batch: Images in a batch.
        start: The number of the file to begin with.
        skipped: The files that could not be read, each with the reason, in the order in which they were met.
    """

    paths: Sequence[Path]
    side: int
    batch: int = 16
    start: int = 0
    skipped: dict[Path, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yields the indices of a batch's images in `paths`, int32 `(batch,)`, and the images `(batch, side, side, 3)`.

        Raises:
            InputError: None of the files could be read.
        """
        frames = self._frames()
        filled = False
        while chunk := list(islice(frames, self.batch)):
            filled = True
            indices = np.full(self.batch, -1, np.int32)
            images = np.full((self.batch, self.side, self.side, 3), 0.5, np.float32)
            for place, (index, pixels) in enumerate(chunk):
                indices[place], images[place] = index, pixels
            yield indices, images
        if self.skipped and not filled and self.start == 0:
            reason = next(iter(self.skipped.values()))
            raise InputError(f"none of the {len(self.skipped)} images can be read; the first: {reason}")

    def _frames(self) -> Iterator[tuple[int, np.ndarray]]:
        with ThreadPoolExecutor(READERS) as pool:
            waiting = deque()
            for index, path in enumerate(self.paths[self.start :], self.start):
                waiting.append((index, path, pool.submit(read_frame, path, self.side)))
                if len(waiting) > 2 * self.batch:
                    yield from self._next(waiting)
            while waiting:
                yield from self._next(waiting)

    def _next(self, waiting: deque) -> Iterator[tuple[int, np.ndarray]]:
        index, path, future = waiting.popleft()
        try:
            yield index, future.result()
        except NstError as error:
            self.skipped[path] = str(error)
