"""Exports a model for another runtime: a file and its card, put in place once the runtime was tried."""

import importlib
import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from nst_tf.errors import InputError, NstError
from nst_tf.export.runtimes.card import card
from nst_tf.export.servable import Forward, Servable
from nst_tf.export.signature.examples import example_pixels
from nst_tf.export.signature.images import PixelImage
from nst_tf.export.signature.pictures import fill
from nst_tf.images import atomic_write
from nst_tf.operators import common_operators
from nst_tf.serve.extra import check_extra

__all__ = ["Difference", "differences", "export_for"]

PICTURE = "picture"  # the output that is one
OF_PICTURES = 1 / 255  # the largest difference allowed of one
OF_VALUES = 1e-4  # the largest difference allowed of what is no picture, as a share of the largest value


class Difference(NamedTuple):
    """How far an output of a runtime is from TensorFlow's.

    Attributes:
        largest: Difference of all values: of pictures in [0, 1] as it is, of others as a share of the largest value.
        allowed: The most it may be.
    """

    largest: float
    allowed: float


def export_for(runtime: str, servable: Servable, path: str | os.PathLike, size: Any = None) -> dict[str, Difference]:
    """Writes a model for another runtime, and `PATH.md`, its card, both whole or not at all.

    Args:
        runtime: One of `nst_tf.export.catalogue.FORMATS`.
        servable: What to export, with a `forward`.
        path: The file.
        size: Height and width of the images, or both as one number; the network's own if `None`.

    Returns:
        How far each output is from TensorFlow's on a photograph, as it is computed by the runtime.

    Raises:
        InputError: The network does not take the size, or the file cannot be written.
        NstError: A library is missing, the model cannot be converted, or differs by more than is allowed.
    """
    module = importlib.import_module(f"nst_tf.export.runtimes.{runtime}")
    check_extra(runtime, module.LIBRARIES)
    specs = _specs(servable, _size(servable.forward, size))
    function = _function(servable.forward, specs)
    with atomic_write(f"{os.fspath(path)}.md") as about, atomic_write(path) as file:
        try:
            module.convert(function, servable.summary, file)
        except Exception as error:  # of converters, which have many
            reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise NstError(f"{servable.name} cannot be converted to {runtime}: {reason}") from error
        found = _checked(module, servable, function, file)
        about.write_text(card(servable, module, specs, found, os.path.basename(path), file.stat().st_size))
    return found


def _size(forward: Forward, asked: Any) -> tuple[int, int]:
    """Height and width of the images."""
    if asked is None:
        return forward.size or (forward.side, forward.side)
    height, width = asked if isinstance(asked, tuple) else (asked, asked)
    if forward.size not in (None, (height, width)):
        own = "{1}x{0}".format(*forward.size)
        raise InputError(f"size is {width}x{height}; the network takes images of {own} pixels only")
    if min(height, width) < forward.least:
        raise InputError(f"size is {width}x{height}; at least {forward.least}x{forward.least} pixels are needed")
    return height, width


def _specs(servable: Servable, size: tuple[int, int]) -> dict[str, tf.TensorSpec]:
    """What the model takes: the inputs of `pixels`, one of each."""
    specs = {}
    for one in servable.signatures["pixels"].inputs:
        shape = (*size, 3) if isinstance(one, PixelImage) else one.shape
        if isinstance(one, PixelImage) and one.most is not None and size[0] * size[1] > one.most:
            raise InputError(f"size is {size[1]}x{size[0]}; at most {one.most} pixels are taken")
        specs[one.name] = tf.TensorSpec([1, *shape], one.dtype, one.name)
    return specs


def _function(forward: Forward, specs: Mapping[str, tf.TensorSpec]) -> tf.types.experimental.PolymorphicFunction:
    def call(*values):
        with common_operators():
            return forward.body(dict(zip(specs, values, strict=True)))

    return tf.function(call, input_signature=list(specs.values()), autograph=False)


def _example(servable: Servable, function: tf.types.experimental.PolymorphicFunction) -> dict[str, np.ndarray]:
    """A photograph, a painting where there are two images, and what else is taken to compare."""
    example, samples = {}, iter(("neuschwanstein", "great_wave"))
    for one, spec in zip(servable.signatures["pixels"].inputs, function.input_signature, strict=True):
        if isinstance(one, PixelImage):
            pixels = example_pixels(next(samples), max(spec.shape[1:3]))
            example[one.name] = fill(tf.constant(pixels), *spec.shape[1:3]).numpy()[None]
        else:
            example[one.name] = one.batched_default.numpy()
    return example


def _checked(module: ModuleType, servable: Servable, function: Any, file: os.PathLike) -> dict[str, Difference]:
    example = _example(servable, function)
    # Not in a graph: by all operators that TensorFlow has.
    given = {name: tf.constant(value) for name, value in example.items()}
    expected = {name: value.numpy() for name, value in servable.forward.body(given).items()}
    found = differences(module.run(file, example), expected)
    for name, (largest, allowed) in found.items():
        if not largest <= allowed:
            raise NstError(f"{name} would differ from TensorFlow's by {largest:.2g}; {allowed:.2g} are allowed")
    return found


def differences(found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> dict[str, Difference]:
    """How far each output is from what is expected."""
    made = {}
    for name, value in expected.items():
        largest = float(np.abs(found[name] - value).max(initial=0))
        scale = 1.0 if name == PICTURE else float(np.abs(value).max(initial=0)) or 1.0
        made[name] = Difference(largest / scale, OF_PICTURES if name == PICTURE else OF_VALUES)
    return made
