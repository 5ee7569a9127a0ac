"""What a dream enhances: a layer, one of its channels, or what one channel sees at one place."""

from dataclasses import dataclass

import tensorflow as tf

from nst_tf.errors import InputError

__all__ = ["DreamTarget", "read_target"]


@dataclass(frozen=True)
class DreamTarget:
    """A layer, or a part of it.

    Attributes:
        text: As it was given.
        layer: Name of the layer.
        channel: Its number, from 0, or `None` for all.
        place: Fractions of the height and of the width, in [0, 1), or `None` for everywhere.
    """

    text: str
    layer: str
    channel: int | None = None
    place: tuple[float, float] | None = None

    def check(self, shape: tuple[int | None, ...], guided: bool, tiled: bool) -> None:
        """Refuses what cannot be enhanced.

        Args:
            shape: Of the layer, `(batch, rows, columns, channels)`.
            guided: Whether there is a guide.
            tiled: Whether the image is cut into tiles.

        Raises:
            InputError: There is no such channel, or a part of a layer is given where only a whole one will do.
        """
        channels = shape[-1] or 0
        if self.channel is not None and self.channel >= channels:
            raise InputError(f"{self.text}: {self.layer} has the channels 0 to {channels - 1}")
        if guided and self.channel is not None:
            raise InputError(f"{self.text} is a part of a layer; with a guide, name whole layers, such as {self.layer}")
        if tiled and self.place is not None:
            raise InputError(f"{self.text} is one place of the image; it cannot be looked at in tiles")

    def unit(self, shape: tuple[int, ...]) -> tf.Tensor | None:
        """Row and column of the place in maps of this shape `(batch, rows, columns, channels)`; `None` without one."""
        if self.place is None:
            return None
        return tf.constant([int(part * length) for part, length in zip(self.place, shape[1:3], strict=True)])


def read_target(text: str) -> DreamTarget:
    """What is meant by `LAYER`, `LAYER:CHANNEL` or `LAYER:CHANNEL:Y:X`.

    Raises:
        InputError: It is none of these.
    """
    layer, *parts = text.split(":")
    try:
        channel = int(parts[0]) if parts else None
        place = tuple(map(float, parts[1:])) or None
    except ValueError:
        channel = -1
    if not layer or len(parts) not in (0, 1, 3) or (channel or 0) < 0 or not all(0 <= one < 1 for one in place or ()):
        raise InputError(
            f"{text!r} is none of LAYER, LAYER:CHANNEL and LAYER:CHANNEL:Y:X, "
            "where CHANNEL is a number from 0 and Y and X are fractions of height and width, below 1"
        )
    return DreamTarget(text, layer, channel, place)
