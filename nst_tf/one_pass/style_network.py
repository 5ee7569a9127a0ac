"""Networks that hold a few styles and paint in them, or in blends of them, in one forward pass.

Johnson, Alahi and Fei-Fei 2016, with the normalisation of Dumoulin, Shlens and Kudlur 2017: convolutions that make the
image four times as small, five residual blocks, and enlargement again; every style has only its own scales and offsets
of the normalised maps, 3,200 numbers. Opposed to the papers, enlargement is by nearest neighbours and padding by
reflection throughout, and each residual block begins as the identity.
"""

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from nst_tf.errors import InputError, unknown
from nst_tf.images import Picture, Source, as_picture, atomic_write, dressed, fit, resize_image
from nst_tf.layers import ConditionalInstanceNorm, CropLike, ReflectPad, UpsampleConv2D
from nst_tf.memory import check_memory, check_whole, chosen_tile
from nst_tf.one_pass.network_tiles import stylize_by_tiles
from nst_tf.one_pass.settings import FastSettings, check_shares, check_tile
from nst_tf.settings import check_ratios
from nst_tf.views.tiling import in_tiles

__all__ = [
    "BUNDLED",
    "FILE",
    "SMALLEST",
    "STYLES",
    "NetworkPainter",
    "StyleNetwork",
    "build_style_network",
    "is_style_network",
    "load_style_network",
    "save_style_network",
]

BLOCKS = 5
FILE, STYLES = "network.npz", "styles"
# By the names under which users ask for them.
BUNDLED = {"paintings": Path(__file__).parent / "weights" / "style_network_paintings_fp16.npz"}
SMALLEST = 8  # pixels: a quarter of it must have two rows to be reflected
MEMORY = 0.7e9, 500.0  # bytes that a network takes, and those for each pixel
# By tiles, as seen at 3 and 11 megapixels: for each pixel of a tile, and for each of the picture.
PER_PIXEL_OF_TILE, PER_PIXEL_BY_TILES = 550.0, 160.0


def _norm(x, shares, name: str, activate: bool = True):
    x = ConditionalInstanceNorm(shares.shape[-1], name=f"{name}_norm")([x, shares])
    return keras.layers.ReLU(name=f"{name}_relu")(x) if activate else x


def _convolve(x, shares, name: str, channels: int, window: int, strides: int = 1, activate: bool = True):
    x = ReflectPad(window // 2, name=f"{name}_pad")(x)
    # No bias: the normalisation would take it away again.
    x = keras.layers.Conv2D(channels, window, strides, use_bias=False, kernel_initializer="he_normal", name=name)(x)
    return _norm(x, shares, name, activate)


def _residual(x, shares, name: str):
    y = _convolve(x, shares, f"{name}a", x.shape[-1], 3)
    y = _convolve(y, shares, f"{name}b", x.shape[-1], 3, activate=False)
    return keras.layers.Add(name=name)([x, y])


def build_style_network(styles: int) -> keras.Model:
    """An untrained network.

    Args:
        styles: How many it is to hold.

    Returns:
        A model from a dict of `image`, `(batch, height, width, 3)`, RGB in [0, 1] of any size from 8x8 pixels on, and
        `shares`, `(batch, styles)`, the share of each style, to images of the same size in [0, 1]. 1.68 million
        parameters.
    """
    image = keras.Input((None, None, 3), name="image")
    shares = keras.Input((styles,), name="shares")
    x = _convolve(image, shares, "conv1", 32, 9)
    x = _convolve(x, shares, "conv2", 64, 3, strides=2)
    x = _convolve(x, shares, "conv3", 128, 3, strides=2)
    for number in range(1, BLOCKS + 1):
        x = _residual(x, shares, f"residual{number}")
    for name, channels in (("up1", 64), ("up2", 32)):
        x = _norm(UpsampleConv2D(channels, name=name)(x), shares, name)
    x = keras.layers.Conv2D(3, 9, name="conv4")(ReflectPad(4, name="conv4_pad")(x))
    # Pixels stay float32 under a policy of mixed precision.
    x = keras.layers.Activation("sigmoid", dtype="float32", name="pixels")(x)
    x = CropLike(dtype="float32", name="crop")([x, image])
    model = keras.Model({"image": image, "shares": shares}, x, name="style_network")
    for number in range(1, BLOCKS + 1):
        model.get_layer(f"residual{number}b_norm").scale.assign(tf.zeros([styles, 128]))
    return model


@dataclass(frozen=True)
class StyleNetwork:
    """A trained network and what it holds.

    Attributes:
        model: One of `build_style_network`.
        styles: Names of its styles.
    """

    model: keras.Model
    styles: tuple[str, ...]

    def shares(self, names: Sequence[str], shares: Sequence[float] = ()) -> tuple[float, ...]:
        """The share of each style in a blend of those that are named.

        Args:
            names: Of styles; without any, all.
            shares: Of each of them; only their ratios matter, and `()` means equal ones.

        Raises:
            InputError: There is no style of a name, or the shares do not match the names.
        """
        names = names or self.styles
        for name in names:
            if name not in self.styles:
                raise unknown("style", name, self.styles)
        check_shares("style_blend", shares, names, "style")
        named = dict(zip(names, shares or [1.0] * len(names), strict=True))
        return tuple(named.get(style, 0.0) for style in self.styles)

    def take(self, other: "StyleNetwork") -> None:
        """Takes over the weights of another network; a style that it does not have begins as the mean of its own."""
        known = {at: other.styles.index(name) for at, name in enumerate(self.styles) if name in other.styles}
        weights = self.model.get_weights()
        for own, given in zip(weights, other.model.get_weights(), strict=True):
            if own.ndim == 2:  # of the normalisation: a row for each style
                own[...] = given.mean(0)
                own[list(known)] = given[list(known.values())]
            else:
                own[...] = given
        self.model.set_weights(weights)

    def stylize(self, content: np.ndarray, shares: Sequence[float] = (), tile: int = 0) -> np.ndarray:
        """Paints a picture.

        Args:
            content: What it shows, `(height, width, 3)` in [0, 1], in the size that it is to have.
            shares: Of each style; only their ratios matter, and `()` means equal ones.
            tile: The side in pixels of the tiles by which a larger picture is made, with the same result; 0 for none.

        Returns:
            float32 of the same shape, in [0, 1].

        Raises:
            InputError: The shares do not match the styles, or the picture is less than 8 pixels high or wide.
        """
        height, width = content.shape[:2]
        if min(height, width) < SMALLEST:
            raise InputError(f"the picture is {width}x{height} pixels; it must be {SMALLEST}x{SMALLEST} or larger")
        if in_tiles((height, width), tile):
            return stylize_by_tiles(self.model, content, self._normalised(shares), tile)
        return self._run(tf.constant(content[None]), tf.constant(self._normalised(shares)[None])).numpy()[0]

    def _normalised(self, shares: Sequence[float]) -> np.ndarray:
        given = np.asarray(shares, np.float64) if len(shares) else np.ones(len(self.styles))
        if len(given) != len(self.styles):
            raise InputError(f"there are {len(given)} shares; there must be one for each of {', '.join(self.styles)}")
        check_ratios("style_blend", given.tolist())
        return (given / given.sum()).astype(np.float32)

    @functools.cached_property
    def _run(self):
        function = tf.function(lambda image, shares: self.model({"image": image, "shares": shares}), autograph=False)
        return function.get_concrete_function(tf.TensorSpec([1, None, None, 3]), tf.TensorSpec([1, len(self.styles)]))


class NetworkPainter:
    """Gives pictures styles of a network that holds a few: `painter(content)` is the finished `Picture`.

    Args:
        path: Of the network, see `load_style_network`; behind a colon, names of some of its styles:
            `"paintings:auvers"` or `"paintings:auvers+wave"`.
        shares: Of each of these styles; `()` means equal ones.
        size: Longest side of the pictures in pixels.
        tile: Side of the tiles by which larger pictures are made, in pixels; see `FastSettings`.

    Raises:
        InputError: There is no such network, it has no such style, the shares do not match the styles, or the tile is
            too small.
    """

    def __init__(
        self,
        path: str | os.PathLike,
        shares: Sequence[float] = (),
        size: int = FastSettings.size,
        tile: int = FastSettings.tile,
    ):
        path, names = _parted(path)
        self.network, self.size, self.tile = load_style_network(path), size, check_tile(tile)
        self.shares = self.network.shares(names, shares)

    def __call__(self, content: Source) -> Picture:
        """A picture of the content, with its alpha and dpi.

        Raises:
            InputError: The content or the shares cannot be used, or the picture would be too small for the network, or
                too large for the memory.
        """
        content = as_picture(content)
        size = fit(content.pixels.shape, self.size)
        tile = chosen_tile(self.tile, *size, _needed)
        check = check_memory if in_tiles(size, tile) else check_whole
        check(*size, *_needed(tile))
        pixels = resize_image(content.pixels, size)
        return dressed(self.network.stylize(pixels, self.shares, tile), content)


def _needed(tile: int) -> tuple[float, float]:
    """The memory that a picture needs, by tiles if there are any: whatever its size, and for each pixel, in bytes."""
    return (MEMORY[0] + PER_PIXEL_OF_TILE * tile**2, PER_PIXEL_BY_TILES) if tile else MEMORY


def _parted(path: str | os.PathLike) -> tuple[str, list[str]]:
    """The path of a network, and the names behind it."""
    whole = os.fspath(path)
    if Path(whole).exists() or ":" not in whole:
        return whole, []
    path, _, names = whole.rpartition(":")
    return path, names.split("+")


def save_style_network(path: str | os.PathLike, network: StyleNetwork) -> None:
    """Writes a network with weights of float16, under 4 MB, whole or not at all.

    Args:
        path: An `.npz` file.
        network: Which.

    Raises:
        InputError: The file cannot be written there.
        NstError: The disk is full, or writing failed otherwise.
    """
    weights = {str(number): weight.astype(np.float16) for number, weight in enumerate(network.model.get_weights())}
    # Given a name, NumPy would add .npz to it.
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **{STYLES: np.array(network.styles)}, **weights)


def is_style_network(path: str | os.PathLike) -> bool:
    """Whether a file or a folder looks like one that `load_style_network` takes."""
    return Path(path).suffix == ".npz" or (Path(path) / FILE).exists()


def load_style_network(path: str | os.PathLike) -> StyleNetwork:
    """A trained network.

    Args:
        path: The `network.npz` of a run of `train_style`, the folder of the run, or `"paintings"`, the bundled network
            of the styles wave, auvers, poppies and moulin.

    Raises:
        InputError: There is no such file, or it is no such network.
    """
    file = BUNDLED.get(os.fspath(path)) or (Path(path) / FILE if Path(path).is_dir() else Path(path))
    try:
        with np.load(file) as arrays:
            styles = tuple(map(str, arrays[STYLES]))
            weights = [arrays[str(number)] for number in range(len(arrays.files) - 1)]
        model = build_style_network(len(styles))
        model.set_weights(weights)
    except FileNotFoundError:
        raise InputError(
            f"there is no network {file}; `nst-tf train-style` makes one, and `paintings` is bundled"
        ) from None
    except Exception as error:  # NumPy, zipfile and Keras have many for a broken file.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"{file} is not a network of `nst-tf train-style`: {reason}") from error
    model.trainable = False
    return StyleNetwork(model, styles)
