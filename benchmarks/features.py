"""Feature visualisation: a step against a bare forward and backward pass, and many channels against one."""

from collections.abc import Callable
from statistics import median
from typing import Any

import tensorflow as tf

import nst_tf
from benchmarks.turns import timed
from nst_tf.objectives import Activation

__all__ = ["measure", "table"]

STEPS = 5  # in one call, as the recipe makes them
MANY = 16


def _stepper(layer: str, size: int, count: int, rounds: int) -> Callable[[], None]:
    """Makes the next steps for so many channels."""
    schedule = {"size": size, "steps": STEPS * (rounds + 3), "precision": "float32"}  # which the bare passes have
    reports = nst_tf.visualize_features_steps(layer, channels=range(count), **schedule)
    for _ in range(2):
        done = next(reports).step

    def run():
        nonlocal done
        done += STEPS
        # A call that would take long is cut in two.
        while next(reports).step < done:
            pass

    return run


def _bare(layer: str, size: int) -> Callable[[], object]:
    """As many forward and backward passes from a channel of the layer to an image, in one compiled call."""
    extractor = nst_tf.feature_extractor(nst_tf.load_backbone("vgg16"), [layer])
    noise = tf.random.stateless_uniform([1, size, size, 3], [0, 0])

    @tf.function(autograph=False)
    def passes(image):
        for _ in range(STEPS):
            with tf.GradientTape() as tape:
                tape.watch(image)
                value = Activation(layer, channel=0)(extractor(image), image)
            image -= tape.gradient(value, image)  # so that no pass can be left out
        return image

    return lambda: passes(noise).numpy()


def measure(layer: str = "relu4_2", size: int = 128, rounds: int = 7) -> dict[str, Any]:
    """All figures, as plain data, on VGG16 with the default transforms, in one run.

    Args:
        layer: Whose channels are visualised.
        size: Side of the pictures in pixels.
        rounds: How often all are timed, in turns; medians are given.

    Returns:
        `layer` and `size`; seconds of a `step` for one channel, of a `bare` forward and backward pass, their ratio
        (`over_bare`), seconds of a step for 16 channels (`many`), and how often that takes the time of one
        (`over_one`).
    """
    runs = {
        "step": _stepper(layer, size, 1, rounds),
        "bare": _bare(layer, size),
        "many": _stepper(layer, size, MANY, rounds),
    }
    seconds, turns = timed(runs, rounds)
    return {
        "layer": layer,
        "size": size,
        **{name: one / STEPS for name, one in seconds.items()},
        "over_bare": median(turn["step"] / turn["bare"] for turn in turns),
        "over_one": median(turn["many"] / turn["step"] for turn in turns),
    }


def table(measured: dict[str, Any]) -> str:
    """The same, to read."""
    return (
        f"feature visualization, a step    {measured['step']:8.3f} s"
        f"  {measured['over_bare']:.2f} of the time of a forward and backward pass\n"
        f"the same for {MANY} channels         {measured['many']:8.3f} s  {measured['over_one']:.1f} of the time of one"
    )
