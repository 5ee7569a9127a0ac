"""What the models that make one picture per request have in common: their signatures and controls."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import tensorflow as tf

from nst_tf.canvas.sizes import fit
from nst_tf.export.signature.batches import Check, Run, Values, only
from nst_tf.export.signature.examples import example_bytes, example_pixels
from nst_tf.export.signature.images import EncodedImage, PixelImage
from nst_tf.export.signature.inputs import Input, problem_if
from nst_tf.export.signature.masks import checked_with_mask
from nst_tf.export.signature.pictures import encode_png
from nst_tf.export.signature.signature import STATUS, Signature, encoded_signatures
from nst_tf.settings import Control

__all__ = ["ONE", "picture_signatures", "served_settings", "side_problem", "size_problem"]

ONE = "A request makes one picture: every input has a batch of 1, and a server must not put requests together."
EXAMPLE_SIDES = 96  # pixels


def size_problem(own: tf.Tensor, size: tf.Tensor, least: int | tf.Tensor) -> tf.Tensor:
    """The problem of a picture that the network cannot look at.

    Args:
        own: Height and width of the image, `(2,)`.
        size: Longest side of the picture.
        least: The smallest height and width that the network takes.
    """
    height, width = tf.unstack(fit(own, size))
    return problem_if(tf.minimum(height, width) < least, "the picture would have ", width, "x", height,
                      " pixels; at least ", least, "x", least, " are needed")  # fmt: skip


def side_problem(name: str, images: tf.Tensor, least: int) -> tf.Tensor:
    """The problem of images `(batch, height, width, 3)` that the network cannot look at."""
    height, width = tf.unstack(tf.shape(images)[1:3])
    return problem_if(tf.minimum(height, width) < least, f"{name} has ", width, "x", height,
                      f" pixels; at least {least}x{least} are needed")  # fmt: skip


def served_settings(defaults: Any, controls: Sequence[Control], values: Values, **changes: Any) -> Any:
    """The settings that a request asks for; what is a number with a fraction is a tensor of float64, as in a recipe.

    Args:
        defaults: Of what is not asked for.
        controls: Those of the model.
        values: Of the request, by the names of the controls.
        **changes: Settings that are made of controls in another way.
    """
    asked = {one.setting: values[one.name] for one in controls if one.setting}
    asked = {name: tf.cast(value, tf.float64) if value.dtype.is_floating else value for name, value in asked.items()}
    return replace(defaults, **(asked | changes))


def picture_signatures(
    images: Mapping[str, str],
    controls: Sequence[Input],
    check: Check,
    run: Run,
    outputs: Mapping[str, str],
    example: Mapping[str, Any],
    mask: str = "",
) -> dict[str, Signature]:
    """The signatures of a model that makes one picture.

    Args:
        images: What each image that it takes is, by name; samples of those names serve as examples.
        controls: Its other inputs, which all have defaults.
        check: From the values of a request to their problem.
        run: From the values to `picture`, `(height, width, 3)` in [0, 1], and the other outputs.
        outputs: What the other outputs are.
        example: Controls to warm up with, small ones.
        mask: What a mask says, if the model takes one: as `mask`, `(height, width, 3)`, among the values. Its signature
            is a graph of its own, and not warmed up for those who do not ask for it.
    """
    encoded = [EncodedImage(f"{name}_bytes", text) for name, text in images.items()]
    pixels = [PixelImage(name, text) for name, text in images.items()]
    traced = _traced(run, [*pixels, *controls])

    def of_bytes(batch: Values) -> Values:
        return only(batch, [*encoded, *controls], check, _as_file(traced))

    seen = {"picture_bytes": "the picture as a PNG image"} | dict(outputs) | STATUS
    seen_pixels = {"picture": "the picture, RGB in [0, 1]"} | dict(outputs)
    files = {one.name: [example_bytes("neuschwanstein", EXAMPLE_SIDES)] for one in encoded}
    arrays = {one.name: example_pixels("neuschwanstein", EXAMPLE_SIDES)[None] for one in pixels}
    signatures = {
        **encoded_signatures(of_bytes, encoded, controls, seen, None, files | dict(example)),
        "pixels": Signature(
            lambda batch: only(batch, [*pixels, *controls], check, traced),
            [*pixels, *controls],
            seen_pixels,
            arrays | dict(example),
        ),
    }
    if mask:
        inputs = [*encoded, EncodedImage("mask_bytes", mask), *controls]
        in_part = _as_file(_traced(run, [*pixels, PixelImage("mask", mask), *controls]))
        checked = checked_with_mask(check)
        signatures["masked"] = Signature(lambda batch: only(batch, inputs, checked, in_part), inputs, seen)
    return signatures


def _traced(run: Run, inputs: Sequence[Input]) -> Run:
    specs = {one.key: tf.TensorSpec(one.shape, one.dtype) for one in inputs}
    return tf.function(run, input_signature=[specs], autograph=False)


def _as_file(run: Run) -> Run:
    """What is run, with its picture as a file, and the status of a call that did not fail."""

    def as_file(values: Values) -> Values:
        made = dict(run(values))
        return {"picture_bytes": encode_png(made.pop("picture"))} | made | {"status": 0, "message": ""}

    return as_file
