"""A contact sheet: the photograph and the paintings, then all pictures in rows, each under what is special of it."""

from collections.abc import Mapping, Sequence

import numpy as np

from nst_tf.cli.work.comparison.plan import Comparison
from nst_tf.images import Picture
from nst_tf.images.montage import contact_sheet, labelled

__all__ = ["Originals", "lay_out"]

Originals = Sequence[tuple[str, Picture]]

GAP, MARGIN = 8, 12  # pixels
INK = "#000"  # of titles; labels are grey


def lay_out(comparison: Comparison, originals: Originals, made: Mapping[int, Picture]) -> Picture:
    """All pictures in one, at the size of the largest.

    Args:
        comparison: What was to be made.
        originals: The photograph and the paintings, each after what it is called.
        made: The pictures by their numbers, one at least; the place of one that is missing stays empty.
    """
    shape, columns = tuple(np.max([picture.pixels.shape for picture in made.values()], axis=0)), comparison.columns
    blank = Picture(np.ones(shape, np.float32))
    lines = [contact_sheet([one.on_white for _, one in originals], [name for name, _ in originals], columns, shape)]
    for row in comparison.rows(made):
        images = [made.get(number, blank).on_white for number in row.cells]
        line = contact_sheet(images, row.labels, columns, shape)
        lines.append(labelled(line, row.title, INK) if row.title else line)
    gap = np.ones((GAP, *lines[0].shape[1:]), np.float32)
    stacked = np.concatenate([part for line in lines for part in (gap, line)][1:])
    return Picture(np.pad(stacked, [(MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)], constant_values=1))
