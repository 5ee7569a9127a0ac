"""What can be set in style transfer by one pass of a trained network."""

from collections.abc import Sequence
from dataclasses import dataclass

from nst_tf.errors import InputError
from nst_tf.recipes.stylize.settings import LARGEST_STYLE_SCALE, PRESETS
from nst_tf.settings.presets import Presets, check_weights

__all__ = ["FAST", "FastSettings", "check_shares"]


@dataclass(frozen=True)
class FastSettings:
    """How a picture is stylised.

    Attributes:
        size: Longest side of the result in pixels.
        strength: From 0, the content as the decoder reconstructs it, to 1, all of the style.
        style_scale: Size of the style image, relative to the picture's longest side; larger makes larger strokes.
        style_blend: Share of each style image; `()` means equal shares.
        preserve_color: `None`, `"luminance"` (the content's chroma) or `"histogram"` (the style's colours are first
            matched to the content's).
        smooth: For the frames of a film, from 0 to below 1: how much the way features are moved is that of the frames
            before. 0 treats every picture by itself.
    """

    size: int = 512
    strength: float = 1.0
    style_scale: float = 1.0
    style_blend: tuple[float, ...] = ()
    preserve_color: str | None = None
    smooth: float = 0.0


def _check(settings: FastSettings) -> None:
    if settings.style_blend:
        check_weights("style_blend", settings.style_blend)
    if not 0 < settings.style_scale <= LARGEST_STYLE_SCALE:
        raise InputError(f"style_scale is {settings.style_scale}; it must be above 0 and at most {LARGEST_STYLE_SCALE}")
    if settings.smooth == 1:
        raise InputError("smooth is 1; it must be below 1, or no frame would ever count")


def check_shares(shares: Sequence[float], styles: Sequence) -> None:
    """Refuses shares of styles of which there are fewer or more.

    Raises:
        InputError: They are given, and not as many as the styles.
    """
    if shares and len(shares) != len(styles):
        raise InputError(f"style_blend has {len(shares)} shares, and there are {len(styles)} styles")


FAST = Presets(
    {"default": FastSettings()},
    choices={"preserve_color": PRESETS.choices["preserve_color"]},
    least={"size": 1, "strength": 0, "smooth": 0},
    most={"strength": 1, "smooth": 1},
    check=_check,
)
