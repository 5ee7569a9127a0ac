"""What the search for the strongest activations finds in one layer."""

import dataclasses
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from nst_tf.errors import InputError
from nst_tf.images import atomic_write

__all__ = ["LayerResult"]

# What NumPy raises for other files, for cut ones and for a lone array (AttributeError in Python 3.10).
_DAMAGE = (KeyError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error)


@dataclasses.dataclass(frozen=True, eq=False)
class LayerResult:
    """The nine strongest activations of every filter of a layer, one to an image, strongest first.

    Attributes:
        layer: The layer's name.
        activations: float32 `(filters, 9)`, descending; -inf where there are fewer than nine images.
        images: int32 `(filters, 9)`, indices into the list of image names; -1 where there is none.
        positions: int32 `(filters, 9, 2)`, row and column in the feature map.
        boxes: int32 `(filters, 9, 4)`: top, left, bottom and right (both exclusive) of the receptive field in the
            network's view of the image, clipped to it.
        sparsity: float32 `(filters,)`, the share of all positions of all images where the filter is zero.
    """

    layer: str
    activations: np.ndarray
    images: np.ndarray
    positions: np.ndarray
    boxes: np.ndarray
    sparsity: np.ndarray

    @property
    def stem(self) -> str:
        """The layer's name as part of a file name."""
        return self.layer.replace("/", "__")

    @property
    def active(self) -> np.ndarray:
        """bool `(filters, 9)`: where there is an image and the filter is not zero in it."""
        return (self.images >= 0) & (self.activations != 0)

    def save(self, path: str | os.PathLike) -> None:
        """Writes a compressed `.npz` file with one array for each attribute, whole or not at all.

        Raises:
            InputError: `path` cannot be written to.
            NstError: the disk is full or fails.
        """
        with atomic_write(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, **{field.name: getattr(self, field.name) for field in dataclasses.fields(self)})

    @classmethod
    def load(cls, path: str | os.PathLike) -> "LayerResult":
        """Reads what `save` wrote.

        Raises:
            InputError: there is no such file, or it is not the result of a layer.
        """
        try:
            with Path(path).open("rb") as file, np.load(file) as arrays:
                values = {field.name: arrays[field.name] for field in dataclasses.fields(cls)}
        except OSError as error:
            raise InputError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
        except _DAMAGE as error:
            raise InputError(f"cannot read {path}: it is not the top activations of a layer, or is damaged") from error
        return cls(**{**values, "layer": str(values["layer"])})
