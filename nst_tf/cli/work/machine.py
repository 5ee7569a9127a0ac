"""What `nst-tf bench` tells of this machine: seconds of pictures, and rates of what they are made of."""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import keras
import tensorflow as tf

import nst_tf
from nst_tf.one_pass.settings import FastSettings

__all__ = ["MEASURES", "convolution_flops"]

SIDE = 3072  # of the matrices that are multiplied: large enough for full speed
ROUNDS = 5
BATCH = 16  # images that a network looks at at a time


def _samples() -> tuple[nst_tf.Picture, nst_tf.Picture]:
    """A photograph and a painting."""
    return nst_tf.read_image(nst_tf.sample("neuschwanstein")), nst_tf.read_image(nst_tf.sample("auvers"))


def _passed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _typical(run: Callable[[], object]) -> float:
    """The median seconds, once it is compiled."""
    run()
    return median(_passed(run) for _ in range(ROUNDS))


def _pace(reports: Iterator[nst_tf.Progress]) -> Callable[[], float]:
    """A function that runs a recipe to its next report, and gives the seconds of one of the evaluations on the way."""
    for _ in range(2):  # before the second, the compilation ends
        done = next(reports).step

    def seconds() -> float:
        nonlocal done
        before, (started, progress) = done, (time.perf_counter(), next(reports))
        done = progress.step
        return (time.perf_counter() - started) / (done - before)

    return seconds


def convolution_flops(extractor: keras.Model, height: int, width: int) -> float:
    """Operations of the convolutions for one image, forward: two for each multiplication and addition.

    A backward pass to the image takes as many again, and the gradient of the weights is not needed.

    Args:
        extractor: A sequence of layers from images `(batch, height, width, 3)`.
        height: Of the image in pixels.
        width: Likewise.
    """
    total, sizes = 0.0, {}
    for layer in extractor.layers[1:]:
        before = sizes.get(layer.input.name, (1, height, width, 3))
        sizes[layer.output.name] = after = layer.compute_output_shape(before)
        if isinstance(layer, keras.layers.Conv2D):
            rows, columns, taken, made = layer.kernel.shape
            total += 2.0 * rows * columns * taken * made * after[1] * after[2]
    return total


def _stylize(size: int) -> dict[str, Any]:
    """A picture of the preset `default`; an evaluation, and its rate as a part of a matrix product's."""
    content, style = _samples()
    settings = nst_tf.PRESETS["default"]
    picture = _passed(lambda: nst_tf.stylize(content, style, size=size))
    alike = {"first_size": size, "steps": (100,), "plateau": 0.0, "precision": "float32"}  # as the matrix product has
    reports = nst_tf.stylize_steps(content, style, size=size, **alike)
    evaluate = _pace(reports)
    matrix = tf.random.stateless_uniform([SIDE, SIDE], seed=[0, 0])
    product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0], autograph=False)
    product()
    # In turns, so that both see the same machine.
    turns = [(_passed(lambda: product().numpy()), evaluate()) for _ in range(ROUNDS)]
    progress = next(reports)
    layers = [*settings.content_layers, *settings.style_layers]
    extractor = nst_tf.feature_extractor(nst_tf.load_backbone(settings.model), layers)
    operations = 2 * convolution_flops(extractor, progress.height, progress.width)
    matmul, evaluation = 2e-9 * SIDE**3, 1e-9 * operations
    return {
        "width": progress.width,
        "height": progress.height,
        "picture": picture,
        "evaluation": median(seconds for _, seconds in turns),
        "gflops": median(evaluation / seconds for _, seconds in turns),
        "matmul_gflops": median(matmul / seconds for seconds, _ in turns),
        "fraction": median((evaluation / ours) / (matmul / theirs) for theirs, ours in turns),
    }


def _fast(size: int) -> dict[str, Any]:
    """Pictures of one pass, in a style that was measured before and in a new one."""
    content, style = _samples()
    settings = FastSettings(size=size)
    known = nst_tf.FastPainter(style, settings)
    height, width, _ = known(content).pixels.shape
    return {
        "width": width,
        "height": height,
        "picture": _typical(lambda: known(content)),
        "picture_and_style": _typical(lambda: nst_tf.FastPainter(style, settings)(content)),
    }


def _dream(size: int) -> dict[str, Any]:
    """A dream of the preset `default`."""
    photo, _ = _samples()
    seconds = _passed(lambda: nst_tf.dream(photo, size=size))
    return {"size": size, "picture": seconds}


def _features(size: int) -> dict[str, Any]:
    """A step of the visualisation of one channel, by the preset `default`."""
    reports = nst_tf.visualize_features_steps("relu4_2", channels=[0], size=size, steps=100)
    step = _pace(reports)
    return {"size": size, "step": median(step() for _ in range(ROUNDS))}


def _visualize(size: int) -> dict[str, Any]:
    """Forward passes through AlexNet, and projections of what its last layer sees."""
    network, layer = nst_tf.load_backbone("alexnet"), "relu5"
    images = tf.random.stateless_uniform([BATCH, size, size, 3], seed=[0, 0])
    extract = tf.function(nst_tf.feature_extractor(network, [layer]), autograph=False)
    deconv, seen = nst_tf.Deconv(network, layer), {"image": images, "filter": tf.range(BATCH)}
    return {
        "size": size,
        "images": BATCH / _typical(lambda: extract(images)[layer].numpy()),
        "projections": BATCH / _typical(lambda: deconv(seen)["projection"].numpy()),
    }


# From a size in pixels to figures; and the size that is usual.
MEASURES = {
    "stylize": (_stylize, 512),
    "fast": (_fast, 512),
    "dream": (_dream, 512),
    "features": (_features, 128),
    "visualize": (_visualize, 224),
}
