"""XMP packets (ISO 16684-1) in image files: iTXt of PNG, APP1 of JPEG, a chunk of WebP, tag 700 of TIFF."""

import os
from typing import Any

from PIL import PngImagePlugin

from nst_tf.images.formats.png import XMP_KEYWORD
from nst_tf.images.identify import open_image
from nst_tf.images.read import opened

__all__ = ["MOST_BYTES", "pillow_options", "read_xmp"]

MOST_BYTES = 65_000  # an APP1 segment of JPEG holds 65,533, its own name among them


def pillow_options(xmp: bytes, name: str) -> dict[str, Any]:
    """What makes Pillow put a packet into a file of this format; nothing for an empty packet."""
    if not xmp:
        return {}
    if name != "PNG":
        return {"xmp": xmp}
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt(XMP_KEYWORD, xmp.decode("utf-8"))
    return {"pnginfo": texts}


def read_xmp(path: str | os.PathLike) -> bytes:
    """The XMP packet of an image file, whoever wrote it; empty if there is none. Pixels are not looked at.

    Args:
        path: A PNG, JPEG, WebP, TIFF, BMP or GIF file, whatever its extension.

    Raises:
        InputError: The file is missing, unreadable, damaged or no such image.
    """
    with opened(path) as file:
        image = open_image(file)
        packet = image.info.get("xmp") or image.info.get(XMP_KEYWORD, b"")
        if not packet and image.format == "PNG":
            packet = image.text.get(XMP_KEYWORD, b"")  # some programs write it behind the pixels
        return packet.encode("utf-8", "replace") if isinstance(packet, str) else bytes(packet)
