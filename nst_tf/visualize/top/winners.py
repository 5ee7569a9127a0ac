"""From the strongest activations of a layer to what is shown of them: projections, patches and their places."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from nst_tf.images import atomic_write
from nst_tf.visualize.top.gallery import LayerResult
from nst_tf.visualize.top.patches import Patches, PatchProjector
from nst_tf.visualize.top.strongest import Strongest

__all__ = ["project_winners"]

FILTERS = 16  # projected, and saved, at a time


def project_winners(
    layer: str,
    found: Strongest,
    projector: PatchProjector,
    frame: Callable[[int], np.ndarray],
    work: Path,
    on_progress: Callable[[int, int], None],
) -> LayerResult:
    """Projects the strongest activations of all filters of a layer.

    Args:
        layer: Its name.
        found: Its strongest activations.
        projector: Of the layer.
        frame: The image of a number, float32 `(side, side, 3)` in [0, 1].
        work: A folder in which what is done is kept, so that it need not be done again.
        on_progress: Told the filters done and the filters there are.
    """
    positions = found.positions
    filters = len(found.images)
    parts = []
    for first in range(0, filters, FILTERS):
        chosen = slice(first, first + FILTERS)
        path = work / f"{layer.replace('/', '__')}-{first}.npz"
        if not path.exists():
            _save(path, _project(found.images[chosen], positions[chosen], first, projector, frame))
        parts.append(_load(path))
        on_progress(min(first + FILTERS, filters), filters)
    patches, projections, scales = map(np.concatenate, zip(*parts, strict=True))
    boxes = [[projector.field.box(position) for position in row] for row in positions]
    return LayerResult(
        layer=layer,
        activations=found.activations,
        images=found.images,
        positions=positions,
        boxes=np.array(boxes, np.int32),
        patches=patches,
        projections=projections,
        scales=scales,
        sparsity=found.sparsity,
    )


def _project(images: np.ndarray, positions: np.ndarray, first: int, projector: PatchProjector, frame) -> Patches:
    """Of a few filters, `(filters, count, side, side, 3)`; where there is no image, nothing."""
    shape = (*images.shape, projector.side, projector.side, 3)
    made = Patches(np.full(shape, 128, np.uint8), np.zeros(shape, np.int8), np.zeros(images.shape, np.float32))
    rows, ranks = np.nonzero(images >= 0)
    if len(rows):
        frames = [frame(int(number)) for number in images[rows, ranks]]
        found = projector(frames, (rows + first).astype(np.int32), positions[rows, ranks])
        for whole, part in zip(made, found, strict=True):
            whole[rows, ranks] = part
    return made


def _save(path: Path, patches: Patches) -> None:
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **patches._asdict())


def _load(path: Path) -> Patches:
    with np.load(path) as arrays:
        return Patches(**arrays)
