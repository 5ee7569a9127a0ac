"""Writing moving pictures."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from nst_tf.errors import InputError, NstError
from nst_tf.images.atomic import atomic_write, check_target
from nst_tf.images.formats.xmp import pillow_options

__all__ = ["ANIMATED", "check_animation", "frame_bytes", "write_animation"]

# By extension, the format by Pillow's name and its options.
PILLOW = {".gif": ("GIF", {}), ".webp": ("WEBP", {"quality": 90})}
VIDEO = ".mp4"
ANIMATED = (*PILLOW, VIDEO)
CRF = 18  # constant rate factor of x264: lower is better; 18 cannot be told from the original


def check_animation(path: str | os.PathLike) -> str:
    """Checks, before the work starts, that `write_animation` will be able to write `path`.

    Returns:
        The extension: ".gif", ".webp" or ".mp4".

    Raises:
        InputError: The extension is another one, MP4 is asked for without its encoder, or the file cannot be written.
    """
    extension = Path(path).suffix.lower()
    if extension not in ANIMATED:
        raise InputError(f"cannot write {path}: the name of an animation must end in one of {', '.join(ANIMATED)}")
    if extension == VIDEO:
        _encoder(path)
    check_target(path)
    return extension


def write_animation(
    path: str | os.PathLike,
    frames: Sequence[np.ndarray],
    *,
    seconds: float = 0.1,
    last: float | None = None,
    xmp: bytes = b"",
) -> None:
    """Writes an animation, whole or not at all. GIF and WebP begin anew at their end.

    Args:
        path: Ends in .gif, .webp or .mp4; the last needs the package imageio-ffmpeg.
        frames: float32 in [0, 1] or uint8, `(height, width, 3)`, one or more, all of one size. MP4 has even sides: an
            odd row or column at the end is left out.
        seconds: How long each is shown.
        last: How long the last is shown, in seconds; as the others if `None`.
        xmp: A packet of metadata that a WebP gets; see `write_image`.

    Raises:
        InputError: As `check_animation`.
        NstError: The disk is full or fails, or the encoder does.
    """
    extension = check_animation(path)
    pixels = [frame_bytes(frame) for frame in frames]
    with atomic_write(path) as temporary:
        if extension == VIDEO:
            _write_video(path, temporary, pixels, seconds, last or seconds)
        else:
            durations = [*[seconds] * (len(pixels) - 1), last or seconds]
            kind, options = PILLOW[extension]
            options = {**options, **(pillow_options(xmp, kind) if kind == "WEBP" else {})}
            _write_pillow(temporary, pixels, [round(1000 * one) for one in durations], kind, options)


def frame_bytes(frame: np.ndarray) -> np.ndarray:
    """A frame, float32 in [0, 1] or uint8, as uint8."""
    return frame if frame.dtype == np.uint8 else np.rint(np.clip(frame, 0, 1) * 255).astype(np.uint8)


def _write_pillow(path: Path, frames: list[np.ndarray], durations: list[int], kind: str, options: dict) -> None:
    first, *others = map(Image.fromarray, frames)
    first.save(path, kind, save_all=True, append_images=others, duration=durations, loop=0, **options)


def _write_video(name, path: Path, frames: list[np.ndarray], seconds: float, last: float) -> None:
    height, width = (length - length % 2 for length in frames[0].shape[:2])
    options = {"codec": "libx264", "macro_block_size": 1, "output_params": ["-crf", str(CRF), "-f", "mp4"]}
    repeats = [*[1] * (len(frames) - 1), max(1, round(last / seconds))]
    try:
        writer = _encoder(name)(str(path), (width, height), fps=1 / seconds, **options)
        writer.send(None)
        for frame, repeat in zip(frames, repeats, strict=True):
            for _ in range(repeat):
                writer.send(np.ascontiguousarray(frame[:height, :width]))
        writer.close()
    except OSError as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise NstError(f"cannot write {name}: the encoder failed: {reason}") from error


def _encoder(path: str | os.PathLike) -> Callable:
    try:
        from imageio_ffmpeg import write_frames
    except ImportError as error:
        raise InputError(
            f"cannot write {path}: MP4 needs an encoder; pip install imageio-ffmpeg, or write a .webp or .gif"
        ) from error
    return write_frames
