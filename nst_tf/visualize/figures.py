"""Writing matplotlib figures."""

import os
from pathlib import Path

from matplotlib.figure import Figure

from nst_tf.errors import InputError
from nst_tf.images.atomic import atomic_write, check_target
from nst_tf.images.formats.xmp import pillow_options

__all__ = ["FORMATS", "check_figure", "save_figure"]

FORMATS = (".png", ".svg", ".pdf")


def check_figure(path: str | os.PathLike) -> None:
    """Checks, before the work starts, that `save_figure` will be able to write `path`.

    Raises:
        InputError: The extension is none of `FORMATS`, or as `check_target`.
    """
    if Path(path).suffix.lower() not in FORMATS:
        raise InputError(f"cannot write {path}: its name must end in one of {', '.join(FORMATS)}")
    check_target(path)


def save_figure(path: str | os.PathLike, figure: Figure, xmp: bytes = b"") -> None:
    """Writes a figure in the format that the extension of `path` names, whole or not at all.

    Args:
        path: Ends in one of `FORMATS`.
        figure: Which.
        xmp: A packet of metadata that a PNG gets; see `write_image`.

    Raises:
        InputError: As `check_figure`.
        NstError: The disk is full or fails.
    """
    check_figure(path)
    with atomic_write(path) as temporary:
        kind = Path(path).suffix[1:].upper()
        options = {"pil_kwargs": pillow_options(xmp, kind)} if kind == "PNG" else {}
        figure.savefig(temporary, format=kind.lower(), dpi=150, **options)
