"""Style transfer by one pass of a network that was trained for any style."""

import functools
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.canvas.sizes import measured_size
from nst_tf.errors import InputError
from nst_tf.images import (
    Picture,
    Source,
    as_picture,
    as_pictures,
    colors_for_transfer,
    dressed,
    fit,
    resize,
    restore_color,
)
from nst_tf.memory import check_memory
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.settings import FAST, FastSettings, check_shares
from nst_tf.one_pass.stylizer import SMALLEST, Stylizer, mix_moments
from nst_tf.one_pass.transport import Moments

__all__ = ["FastPainter", "fast_stylize"]

FIXED, PER_PIXEL = 0.85e9, 1.5e3  # bytes: TensorFlow and the network; the features alive at a time


def _at(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.clip(resize(image, size), 0, 1)


class _Compiled:
    """The compiled parts of a network, traced once for pictures of any size."""

    def __init__(self, stylizer: Stylizer):
        self.stylizer = stylizer
        image = tf.TensorSpec([1, None, None, 3])
        self.measure = tf.function(stylizer.moments, autograph=False).get_concrete_function(image)
        self._stylise = tf.function(stylizer.stylise, autograph=False, reduce_retracing=True)

    def stylise(self, content: np.ndarray, styles, strength: float, before, memory: float):
        """See `Stylizer.stylise`."""
        return self._stylise(
            tf.constant(content[None]), styles, tf.constant([strength], tf.float32), before, tf.constant(memory)
        )


@functools.lru_cache(maxsize=2)
def _compiled(stylizer: Stylizer) -> _Compiled:
    return _Compiled(stylizer)


class FastPainter:
    """Gives pictures one style: `painter(content)` is the finished `Picture`.

    What can be kept from one picture to the next is: the network, its graph, and the moments of the styles.

    Args:
        style: One image, or several, whose style is blended: `Picture` or `(height, width, 3)`, floats in [0, 1] or
            uint8.
        settings: How to make pictures.
        decoder: A decoder of one's own; see `load_decoder`.

    Raises:
        InputError: An image, a setting or the decoder cannot be used.
    """

    def __init__(
        self,
        style: Source | Sequence[Source],
        settings: FastSettings | None = None,
        decoder: str | os.PathLike | None = None,
    ):
        self.settings = settings or FastSettings()
        self._styles = [one.pixels for one in as_pictures(style)]
        check_shares("style_blend", self.settings.style_blend, self._styles, "styles")
        self._compiled = _compiled(load_stylizer(decoder))
        self._measured: dict[int, dict[str, Moments]] = {}
        self._before = None

    def __call__(self, content: Source) -> Picture:
        """A picture in the style, of the settings' size, with the content's alpha and dpi.

        Raises:
            InputError: The content cannot be used, or the picture would be too small for the network, or too large for
                the memory.
        """
        content, settings = as_picture(content), self.settings
        size = fit(content.pixels.shape, settings.size)
        if min(size) < SMALLEST:
            raise InputError(
                f"the picture would be {size[1]}x{size[0]} pixels; it must be {SMALLEST}x{SMALLEST} or larger"
            )
        check_memory(*size, FIXED, PER_PIXEL)
        guide, styles = colors_for_transfer(content.pixels, self._styles, settings.preserve_color)
        moments = self._moments(styles, max(size))
        image, found = self._compiled.stylise(_at(guide, size), moments, settings.strength, *self._memory(size))
        self._before = size, found
        pixels = restore_color(image[0].numpy(), _at(content.pixels, size), settings.preserve_color)
        return dressed(pixels, content)

    def _memory(self, size: tuple[int, int]):
        """What is remembered of the frame before, and how much it counts."""
        if not self.settings.smooth or self._before is None or self._before[0] != size:
            return None, 0.0
        return self._before[1], self.settings.smooth

    def _moments(self, styles: Sequence[np.ndarray], longest: int) -> dict[str, Moments]:
        # A style whose colours are matched to the content is another one for each picture, but not for each frame.
        if longest not in self._measured or (self.settings.preserve_color and not self.settings.smooth):
            shares = self.settings.style_blend or [1.0] * len(styles)
            parts = [self._style_moments(style, longest) for style in styles]
            self._measured[longest] = mix_moments(parts, shares)
        return self._measured[longest]

    def _style_moments(self, style: np.ndarray, longest: int) -> dict[str, Moments]:
        wanted = self.settings.style_scale * longest
        size = tuple(map(int, measured_size(tf.constant(style.shape[:2]), wanted, SMALLEST)))
        check_memory(*size, FIXED, PER_PIXEL)
        return self._compiled.measure(tf.constant(_at(style, size)[None]))


def fast_stylize(
    content: Source,
    style: Source | Sequence[Source],
    *,
    decoder: str | os.PathLike | None = None,
    **changes: Any,
) -> Picture:
    """Transfers the style of one or several images to another in one pass of a trained network.

    For many pictures in one style, `FastPainter` measures the style once.

    Args:
        content: What the picture shows: a `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8.
        style: One image, or several, whose style is blended.
        decoder: A decoder of one's own; see `load_decoder`.
        **changes: Attributes of `FastSettings` to change.

    Returns:
        The picture, with the content's alpha and dpi.

    Raises:
        InputError: An image, a setting, the decoder or the size cannot be used.

    Example:
        >>> picture = nst_tf.fast_stylize(nst_tf.read_image("castle.jpg"), nst_tf.read_image("wave.jpg"), strength=0.7)
        >>> nst_tf.write_image("castle-wave.png", picture)
    """
    return FastPainter(style, FAST.choose(**changes), decoder)(content)
