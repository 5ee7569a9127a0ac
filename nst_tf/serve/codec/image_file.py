"""Image files as servers take and give them: the bytes of JPEG and PNG files."""

import tempfile
from pathlib import Path

from nst_tf.errors import InputError
from nst_tf.images import Picture, read_image, write_image

__all__ = ["image_bytes", "picture_of"]

MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def image_bytes(path: str) -> bytes:
    """The bytes of an image file, as PNG unless it is JPEG or PNG.

    Raises:
        InputError: As `read_image`.
    """
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {(getattr(error, 'strerror', None) or str(error)).lower()}") from error
    if data.startswith(MAGIC):
        return data
    with tempfile.TemporaryDirectory() as folder:
        png = Path(folder, "image.png")
        write_image(png, read_image(path))
        return png.read_bytes()


def picture_of(data: bytes) -> Picture:
    """The picture in an answer.

    Raises:
        InputError: It is no image.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "answer.png")
        file.write_bytes(data)
        return read_image(file)
