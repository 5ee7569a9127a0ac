"""Style transfer by one pass of a network that was trained for any style."""

import functools
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.canvas import lanczos
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
    resize_image,
    restore_color,
)
from nst_tf.memory import check_memory
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.settings import FAST, FastSettings, check_shares, with_a_share
from nst_tf.one_pass.stylizer import SMALLEST, LevelOfStyle, Stylizer
from nst_tf.settings import keywords

__all__ = ["CompiledStylizer", "FastPainter", "compiled_stylizer", "fast_stylize"]

FIXED, PER_PIXEL = 1.5e9, 1.9e3  # bytes: TensorFlow, the network and its graphs; the features alive at a time


def _any_size(value: Any) -> Any:
    """What stands for a tensor of any height and width if it is an image, of any length if not; all else is itself.

    A length of 1 is that of a batch, and stays.
    """
    if not tf.is_tensor(value):
        return value
    free = (1, 2) if value.shape.rank == 4 else (0,)
    shape = [None if axis in free and side != 1 else side for axis, side in enumerate(value.shape)]
    return tf.TensorSpec(shape, value.dtype)


def _compiled(function: Callable) -> Callable:
    """A function that is traced for tensors of any size before it is called with one.

    Traced for the first picture's own size, it would round in another way than for those after it, and a place whose
    neighbour is in the balance would get another: the same picture would depend on what was painted before.
    """
    traced = tf.function(function, autograph=False)

    def call(*arguments):
        traced.get_concrete_function(*tf.nest.map_structure(_any_size, arguments))
        return traced(*arguments)

    return call


class CompiledStylizer:
    """The compiled parts of a network, traced once for pictures of any size; see `Stylizer`."""

    def __init__(self, stylizer: Stylizer):
        self.sizes, self.stages = stylizer.sizes, stylizer.stages
        self.study, self.paint, self.stylise = map(_compiled, (stylizer.study, stylizer.paint, stylizer.stylise))


@functools.lru_cache(maxsize=2)
def compiled_stylizer(stylizer: Stylizer) -> CompiledStylizer:
    """The compiled parts of a network, kept for the last two."""
    return CompiledStylizer(stylizer)


def _at(image: np.ndarray, size: tf.Tensor) -> tf.Tensor:
    return lanczos(tf.constant(image[None]), *tf.unstack(size))


class FastPainter:
    """Gives pictures one style: `painter(content)` is the finished `Picture`.

    What can be kept from one picture to the next is: the network, its graph, and the moments of the styles.

    Args:
        style: One image, or several, whose style is blended: `Picture`, `(height, width, 3)`, floats in [0, 1] or
            uint8, or a path.
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
        styles = [one.pixels for one in as_pictures(style)]
        check_shares("style_blend", self.settings.style_blend, styles, "style")
        self._styles, self._shares = with_a_share(styles, self.settings.style_blend)
        self._compiled = compiled_stylizer(load_stylizer(decoder))
        self._studied: dict[tuple[tuple[str, ...], int], dict[str, LevelOfStyle]] = {}

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
        image = self._painted(guide, styles, size)
        colors = resize_image(content.pixels, size)
        return dressed(restore_color(image, colors, settings.preserve_color), content)

    def _painted(self, guide: np.ndarray, styles: Sequence[np.ndarray], size: tuple[int, int]) -> np.ndarray:
        """The pixels, painted on one size after the other."""
        whole, picture = _at(guide, tf.constant(size)), None
        strength, swapping = tf.constant([self.settings.strength]), tf.constant([self.settings.swap])
        sizes = self._compiled.sizes(tf.constant(size))
        for number, side in enumerate(sizes):
            content = lanczos(whole, *tf.unstack(side))
            picture = content if picture is None else picture
            for levels in self._compiled.stages(number == len(sizes) - 1):
                study = self._study(styles, levels, int(tf.reduce_max(side)))
                picture = self._compiled.paint(content, picture, study, strength, swapping)
        return picture[0].numpy()

    def _study(self, styles: Sequence[np.ndarray], levels: tuple[str, ...], longest: int) -> dict[str, LevelOfStyle]:
        # A style whose colours are matched to the content is another one for each picture.
        if (levels, longest) not in self._studied or self.settings.preserve_color:
            seen = [self._seen(style, longest) for style in styles]
            self._studied[levels, longest] = self._compiled.study(seen, levels, self._shares, self.settings.swap > 0)
        return self._studied[levels, longest]

    def _seen(self, style: np.ndarray, longest: int) -> tf.Tensor:
        """A style in the size that fits a picture of this longest side."""
        size = measured_size(tf.constant(style.shape[:2]), self.settings.style_scale * longest, SMALLEST)
        check_memory(*map(int, size), FIXED, PER_PIXEL)
        return _at(style, size)


@keywords(FAST)
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
        content: What the picture shows: a `Picture`, `(height, width, 3)`, floats in [0, 1] or uint8, or a path.
        style: One image, or several, whose style is blended.
        decoder: A decoder of one's own; see `load_decoder`.
        **changes: Attributes of `FastSettings` to change.

    Returns:
        The picture, with the content's alpha and dpi.

    Raises:
        InputError: An image, a setting, the decoder or the size cannot be used.

    Example:
        >>> picture = nst_tf.fast_stylize("castle.jpg", "wave.jpg", strength=0.7)
        >>> nst_tf.write_image("castle-wave.png", picture)
    """
    return FastPainter(style, FAST.choose(**changes), decoder)(content)
