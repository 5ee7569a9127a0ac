"""Pictures by the image stylisation modules of TensorFlow Hub, ours and those of others.

Two conventions are known. A signature with images named `content...` and `style...`, as `nst-tf export fast-stylize`
writes, and perhaps a `strength`, which is 1 then. Or, as Magenta's arbitrary-image-stylization-v1-256 (Ghiasi et al.
2017), a module that is called with content and style and whose first output is the picture.

A module is a program: TensorFlow runs what is in it. Use those of people whom you trust.
"""

import functools
import warnings
from collections.abc import Callable, Hashable
from pathlib import Path

import numpy as np
import tensorflow as tf

from nst_tf.backbones import file_identity
from nst_tf.backbones.fetch import is_offline
from nst_tf.backbones.saved_model import is_saved_model, warn_of_program
from nst_tf.errors import InputError, NstError
from nst_tf.images import Picture, Source, as_picture, dressed, fit, resize_image
from nst_tf.one_pass.settings import FastSettings

__all__ = ["HubPainter", "hub_stylize"]

MAGENTA = "https://tfhub.dev/google/magenta/arbitrary-image-stylization-v1-256/2"
MAGENTA_STYLE_SIDE = 256  # the size of paintings that it was trained with

Stylise = Callable[[tf.Tensor, tf.Tensor], object]


def hub_stylize(handle: str, content: np.ndarray, style: np.ndarray, size: int) -> np.ndarray:
    """Has a TF-Hub module paint a picture. The module last used is kept in memory.

    Args:
        handle: The folder of a module, which needs no network and no tensorflow-hub; or its address, which the package
            tensorflow-hub resolves: it downloads the module once, to `$TFHUB_CACHE_DIR`.
        content: What the picture shows, `(height, width, 3)` in [0, 1].
        style: The style to give it, likewise, of any size; its longest side is made the picture's, or 256 pixels for a
            module in Magenta's convention.
        size: Longest side of the picture in pixels.

    Returns:
        The picture, float32 of the content's aspect ratio, in [0, 1].

    Raises:
        InputError: There is no such module, it follows neither convention or cannot take these images, or
            tensorflow-hub is needed and missing.
        NstError: The module could not be fetched, or what it gave is no picture.
    """
    stylise, style_side = _stylise(_load(handle), handle)
    target = fit(content.shape, size)
    images = _batch(content, target), _batch(style, fit(style.shape, style_side or size))
    try:
        found = stylise(*images)
    except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
        raise InputError(f"{handle} cannot take these images: {_first_line(error)}") from error
    return _picture(found, target, handle)


class HubPainter:
    """Gives pictures a style by a TF-Hub module: `painter(content)` is the finished `Picture`.

    Args:
        handle: Of the module; see `hub_stylize`.
        style: The image whose style is given.
        size: Longest side of the pictures in pixels.
    """

    def __init__(self, handle: str, style: Source, size: int = FastSettings.size):
        self.handle, self.style, self.size = handle, as_picture(style), size

    def __call__(self, content: Source) -> Picture:
        """A picture of the content, with its alpha and dpi; raises as `hub_stylize`."""
        content = as_picture(content)
        return dressed(hub_stylize(self.handle, content.pixels, self.style.pixels, self.size), content)


def _load(handle: str):
    return _loaded(file_identity(handle) if Path(handle).is_dir() else handle, handle)


@functools.lru_cache(maxsize=1)
def _loaded(identity: Hashable, handle: str):
    folder = Path(handle if Path(handle).is_dir() else _fetch(handle))
    if not is_saved_model(folder):
        raise InputError(f"{folder} is no TF-Hub module: it has no saved_model.pb")
    warn_of_program(folder)
    try:
        return tf.saved_model.load(str(folder))
    except Exception as error:  # Of any kind: TensorFlow passes on what it meets in the files.
        raise InputError(f"cannot open {handle} as a TF-Hub module: {_first_line(error)}") from error


def _fetch(handle: str) -> str:
    if "://" not in handle:
        raise InputError(f"there is no folder {handle}; give the folder of a TF-Hub module, or an address as {MAGENTA}")
    if is_offline():
        raise InputError(f"NST_TF_OFFLINE is set and {handle} is no folder; give that of the module's SavedModel")
    resolve = _import_resolve()
    try:
        return resolve(handle)
    except Exception as error:  # Of many kinds: of the network, the archive, the cache and the address.
        advice = "download the module by other means and give the folder of its SavedModel"
        raise NstError(f"could not fetch {handle} ({_first_line(error)}); {advice}") from error


def _import_resolve() -> Callable[[str], str]:
    try:
        with warnings.catch_warnings():
            # It imports pkg_resources, which warns of its own end.
            warnings.simplefilter("ignore")
            from tensorflow_hub import resolve
    except ImportError as error:
        raise InputError(
            f"an address needs the package tensorflow-hub ({error}): pip install 'nst_tf[hub]', which also has the "
            "setuptools that it needs, below 81; or give the folder of a module"
        ) from error
    return resolve


def _stylise(module, handle: str) -> tuple[Stylise, int | None]:
    """The function in a module, and the side of style images if it prefers one."""
    for signature in module.signatures.values():
        names = _named_inputs(signature)
        if names:
            return functools.partial(_by_name, signature, *names), None
    if callable(module):
        return module, MAGENTA_STYLE_SIDE
    taken = "; ".join(f"{name}({_inputs(signature)})" for name, signature in module.signatures.items())
    raise InputError(f"{handle} takes no content and style image; its signatures are: {taken or 'none'}")


def _inputs(signature) -> str:
    specs = signature.structured_input_signature[1].items()
    return ", ".join(f"{name}: {spec.dtype.name} {spec.shape}" for name, spec in specs)


def _named_inputs(signature) -> tuple[str, str] | None:
    specs = signature.structured_input_signature[1]
    images = [name for name, spec in specs.items() if spec.dtype == tf.float32 and spec.shape.rank == 4]
    contents, styles = ([name for name in images if name.startswith(role)] for role in ("content", "style"))
    if len(contents) != 1 or len(styles) != 1 or set(specs) - {*contents, *styles, "strength"}:
        return None
    return contents[0], styles[0]


def _by_name(signature, content_name: str, style_name: str, content: tf.Tensor, style: tf.Tensor):
    given = {content_name: content, style_name: style}
    strength = signature.structured_input_signature[1].get("strength")
    if strength is not None:
        given["strength"] = tf.ones([side or 1 for side in strength.shape], strength.dtype)
    return signature(**given)


def _batch(pixels: np.ndarray, size: tuple[int, int]) -> tf.Tensor:
    return tf.constant(resize_image(pixels, size)[None])


def _picture(found, size: tuple[int, int], handle: str) -> np.ndarray:
    pictures = [one for one in tf.nest.flatten(found) if one.shape.rank == 4 and one.shape[-1] == 3]
    if not pictures:
        raise NstError(f"{handle} gave no picture, (1, height, width, 3)")
    if not np.isfinite(pictures[0]).all():
        raise NstError(f"{handle} gave a picture with values that are not finite numbers")
    pixels = np.asarray(pictures[0][0], np.float32)
    # Magenta's rounds its sides to multiples of 4.
    return np.clip(pixels if pixels.shape[:2] == size else resize_image(pixels, size), 0, 1)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
