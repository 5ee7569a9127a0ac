"""What has to be known of a style before pictures are painted in it, told from the levels of an encoder."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf

from nst_tf.canvas.masks import mask_at, weights_of
from nst_tf.objectives.moments import blend_moments
from nst_tf.objectives.neighbours import Choices, choices_of_samples
from nst_tf.one_pass.transport import Moments
from nst_tf.views.tiling import Tiling, divided
from nst_tf.views.view import View

__all__ = ["PATCH_SIDES", "STRIDES", "Lens", "LevelOfStyle", "Study", "around", "study_of"]

# Side of the patches that are compared on each level; on the finest, features are only moved.
PATCH_SIDES = {"relu4_1": 3, "relu3_1": 3, "relu2_1": 3}
STRIDES = {"relu4_1": 8, "relu3_1": 4, "relu2_1": 2, "relu1_1": 1}  # pixels that positions are apart
# Positions that are looked at around those of a tile, on its coarsest level: the encoder and the decoder see five at
# the most, and patches one more.
MARGIN = 8


def around(levels: Sequence[str]) -> tuple[int, int]:
    """How many pixels are seen around one that is painted on these levels, one after the other, and of which number all
    parts of a picture that are painted are multiples, but at its ends."""
    strides = [STRIDES[level] for level in levels]
    # Patches that are compared begin at every second position, in a part as in the whole.
    return 2 * MARGIN * sum(strides), 2 * max(strides)  # seen by the encoder, and then by the decoder


class LevelOfStyle(NamedTuple):
    """What is known of a style on one level.

    Attributes:
        moments: Raw moments of its features.
        choices: Where neighbours are sought; `None` where nothing is to be swapped.
    """

    moments: Moments
    choices: Choices | None = None


Study = Mapping[str, LevelOfStyle]


class Lens:
    """What images are seen with: some levels of an encoder.

    Args:
        encoder: From images to features of these levels, among others.
        levels: From coarse to fine.
    """

    def __init__(self, encoder: Callable[[tf.Tensor], Mapping[str, tf.Tensor]], levels: Sequence[str]):
        self._encoder, self.levels = encoder, tuple(levels)

    def observe(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """The features of an image `(1, height, width, 3)` in [0, 1], in float32, by level."""
        maps = self._encoder(image)
        return {level: tf.cast(maps[level], tf.float32) for level in self.levels}

    def tiling(self, size: tuple[int, int], tile: int, further: int = 0) -> Tiling:
        """How images of a height and width are divided into tiles; see `tiling`."""
        del further  # of which there are some in any case
        strides = {level: STRIDES[level] for level in self.levels}
        most = max(strides.values())
        # Patches that are compared begin at every second position, in a tile as in the whole.
        return divided(size, tile, MARGIN * most, 2 * most, strides)


def study_of(
    seen: Sequence[View],
    levels: Sequence[str],
    shares: Sequence[float | tf.Tensor],
    sides: Mapping[str, int],
    parts: Sequence[tf.Tensor | None],
) -> Study:
    """What has to be known of a style; see `Stylizer.study`.

    Args:
        seen: The images, through a `Lens` of these levels.
        levels: From coarse to fine.
        shares: How much of each image is wanted at every place; `()` if they are looked at as one.
        sides: By level, the side of the patches among which neighbours are sought; none where nothing is swapped.
        parts: Which part of each image counts; `()` for all of each.
    """
    weights = [
        {level: None if part is None else weights_of(mask_at(part, one.sizes[level])) for level in levels}
        for one, part in zip(seen, parts or [None] * len(seen), strict=True)
    ]
    sought = [(level, sides[level]) for level in levels if level in sides]
    known = [one.study(own, sought) for one, own in zip(seen, weights, strict=True)]
    blend = shares or [1.0] * len(seen)
    return {
        level: LevelOfStyle(
            blend_moments([one.moments[level] for one in known], blend),
            choices_of_samples([one.sample(level, sides[level]) for one in known], shares) if level in sides else None,
        )
        for level in levels
    }
