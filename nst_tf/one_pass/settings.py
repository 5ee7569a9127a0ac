"""What can be set in style transfer by one pass of a trained network. Needs no TensorFlow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nst_tf.errors import SettingError
from nst_tf.settings import Presets, Served, describe, setting

__all__ = [
    "FAST",
    "FastSettings",
    "check_shares",
    "check_tile",
    "precision_setting",
    "preserve_color_setting",
    "preview_setting",
    "strength_setting",
    "style_blend_setting",
    "style_scale_setting",
    "swap_setting",
    "tile_setting",
    "with_a_share",
]

LEAST_TILE = 64  # pixels


def strength_setting(default: float) -> Any:
    """How much of a style is wanted: the one knob of all ways to paint."""
    help = "0 gives the content, 1 paint first"
    return setting(default, help, unit="NUMBER", least=0, most=1, served=Served(0, 1))


def swap_setting(default: float, group: str, served: Served | None) -> Any:
    """How far content is made of what it is like in the style."""
    help = "how much of each place of the content is replaced by the place of the style that it is most like"
    return setting(default, help, unit="SHARE", group=group, least=0, most=1, served=served)


def style_scale_setting(group: str) -> Any:
    """The size of strokes."""
    help = "size of the style image relative to the picture; more makes larger strokes"
    return setting(1.0, help, unit="FACTOR", group=group, above=0, most=8, served=Served(0.125, 4))


def style_blend_setting(group: str) -> Any:
    """The shares of styles; `()` means equal ones."""
    help = (
        "share of each style image at every place; without it, each place is painted as in the image that has the most "
        "like it, and all are equal in the whole"
    )
    return setting((), help, unit="SHARE,...", group=group, least=0, ratios=True)


def preserve_color_setting() -> Any:
    """Which colours are kept."""
    help = (
        "keep the content's colours: luminance transfers light and dark only, histogram recolours the style first; "
        "without it, the style's colours are taken"
    )
    return setting(None, help, unit="HOW", choices=(None, "luminance", "histogram"))


def precision_setting(group: str) -> Any:
    """What networks compute with."""
    help = "what it computes with; auto is bfloat16 where processor or GPU have it, which `nst-tf info` tells"
    return setting("auto", help, unit="KIND", group=group, choices=("auto", "float32", "bfloat16"))


def preview_setting() -> Any:
    """Whether a small picture is enough."""
    help = "make a small picture in seconds that looks like the one of this size"
    return setting(False, help, served=Served())


def tile_setting(group: str) -> Any:
    """How large what is looked at may be."""
    help = (
        "side of the tiles by which larger pictures are looked at, one after the other and with the same result; 0 "
        "takes 1024 or 512 where the whole would not fit into the machine"
    )
    return setting(0, help, unit="PIXELS", group=group, least=0)


@describe
@dataclass(frozen=True)
class FastSettings:
    """How a picture is stylised in one pass."""

    size: int = setting(512, "longest side of the result", unit="PIXELS", least=1, served=Served(32, 1536))
    strength: float = strength_setting(1.0)
    swap: float = swap_setting(0.6, "picture", Served(0, 1))
    style_scale: float = style_scale_setting("picture")
    style_blend: tuple[float, ...] = style_blend_setting("picture")
    preserve_color: str | None = preserve_color_setting()
    precision: str = precision_setting("picture")
    tile: int = tile_setting("picture")
    preview: bool = preview_setting()


def check_tile(tile: int) -> int:
    """The side of tiles, if it is 0 or large enough.

    Raises:
        InputError: It is not.
    """
    if 0 < tile < LEAST_TILE:
        raise SettingError(f"tile is {tile}; it must be 0 or {LEAST_TILE} or more", "tile")
    return tile


def with_a_share(images: Sequence, shares: Sequence[float]) -> tuple[list, tuple[float, ...]]:
    """The images of which something is wanted, and their shares; `()` if that is all of one."""
    if not shares:
        return list(images), ()
    used = [(image, share) for image, share in zip(images, shares, strict=True) if share > 0]
    return [image for image, _ in used], tuple(share for _, share in used) if len(used) > 1 else ()


def check_shares(name: str, shares: Sequence[float], images: Sequence, what: str) -> None:
    """Refuses shares of images of which there are fewer or more.

    Args:
        name: Of the setting, for the message.
        shares: Of each image; none if all are equal.
        images: Whose shares they are.
        what: Each image is, in a word.

    Raises:
        InputError: They are given, and not as many as the images.
    """
    if shares and len(shares) != len(images):
        there = f"there are {len(images)} {what}s" if len(images) > 1 else f"there is 1 {what}"
        raise SettingError(f"{name} has {len(shares)} share{'s' * (len(shares) > 1)}, and {there}", name)


FAST = Presets({"default": FastSettings()})
