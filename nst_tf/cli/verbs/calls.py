"""What can be asked of a server: for each kind of model its images, its controls and its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nst_tf.cli.shell.values import number, numbers, whole, wholes

__all__ = ["CALLS", "Call", "Control"]


@dataclass(frozen=True)
class Control:
    """An option that becomes an input of the signature `controls`: how it is read, shown and explained."""

    read: Callable[[str], Any]
    metavar: str
    help: str


@dataclass(frozen=True)
class Call:
    """A model that is asked: its signatures are those that `nst-tf export` writes.

    Attributes:
        description: For the help.
        images: Inputs that are image files, in the order of the command line.
        controls: Further inputs, by their names.
        picture: The output that is the picture; `None` if the answer is tensors.
    """

    description: str
    images: tuple[str, ...]
    controls: Mapping[str, Control]
    picture: str | None = "picture_bytes"


SIZE = Control(whole, "PIXELS", "longest side of the result")
SEED = Control(whole, "NUMBER", "of the noise")
STEPS = Control(wholes, "NUMBER,...", "evaluations on each scale, coarse to fine; the last number holds for the rest")
ONE = ("image_bytes",)
TWO = ("content_bytes", "style_bytes")

CALLS = {
    "stylize": Call(
        "Paint a picture in the style of another, by optimising it.",
        TWO,
        {
            "size": SIZE,
            "strength": Control(number, "WEIGHT", "weight of the style"),
            "content_weight": Control(number, "WEIGHT", "weight of the content"),
            "style_scale": Control(number, "FACTOR", "size of the style image relative to the picture"),
            "steps": STEPS,
            "init": Control(str, "START", "what to start from: content or noise"),
            "seed": SEED,
        },
    ),
    "fast-stylize": Call(
        "Paint a picture in the style of another, in one pass of a network.",
        TWO,
        {"size": SIZE, "strength": Control(number, "SHARE", "of the style, 0 to 1")},
    ),
    "dream": Call(
        "Let a network dream of a picture.",
        ONE,
        {
            "size": SIZE,
            "octaves": Control(whole, "NUMBER", "scales to dream on"),
            "octave_scale": Control(number, "FACTOR", "how much larger each is than the one before"),
            "steps": Control(wholes, "NUMBER,...", "steps on each octave, coarse to fine"),
            "weights": Control(numbers, "WEIGHT,...", "of the layers that the model was exported with"),
            "seed": SEED,
        },
    ),
    "deconv": Call(
        "Project the activation of a filter down to the pixels that caused it.",
        ONE,
        {
            "layer": Control(str, "NAME", "layer of the filter"),
            "filter": Control(whole, "NUMBER", "filter to project, from 0; -1 is the strongest, -2 the next"),
            "size": Control(whole, "PIXELS", "shorter side to which the image is brought"),
        },
        "projection_bytes",
    ),
    "features": Call("Compute the features of an image; they are written as .npz.", ONE, {}, None),
    "texture": Call("Make a texture from an image.", ONE, {"size": SIZE, "steps": STEPS, "seed": SEED}),
    "reconstruct": Call(
        "Show what a layer still knows of an image.",
        ONE,
        {
            "layer": Control(str, "NAME", "layer whose features are inverted"),
            "size": SIZE,
            "steps": Control(whole, "NUMBER", "evaluations"),
            "seed": SEED,
        },
    ),
}
