"""Makes the pictures that there are not yet."""

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.pictures.files import Comparison, Numbers, Pair, tell
from benchmarks.pictures.methods import Method
from nst_tf.cli.shell.tensorflow_import import import_tensorflow
from nst_tf.cli.work.report import peak_memory_mb
from nst_tf.images import make_folder, read_image, write_image

__all__ = ["make_pictures"]


def make_pictures(comparison: Comparison, numbers: Numbers) -> None:
    """Makes what is missing, one method after the other, each in a process of its own, whose memory is its.

    Args:
        comparison: Whose pictures.
        numbers: Where seconds and memory of each new picture are noted at once; what was known of an older one is
            forgotten.

    Raises:
        InputError: An image cannot be used, or a picture cannot be made in this size.
    """
    for method in comparison.methods:
        pairs = [*comparison.pairs, *comparison.identities]
        missing = [pair for pair in pairs if not comparison.picture(pair, method).exists()]
        if missing:
            _make(comparison, method, missing, numbers)


def _make(comparison: Comparison, method: Method, pairs: Sequence[Pair], numbers: Numbers) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, initializer=import_tensorflow, initargs=(False,)) as pool:
        for pair in pairs:
            facts = pool.submit(_paint, method, pair, comparison.picture(pair, method)).result()
            numbers[comparison.key(pair, method.label)] = facts
            tell(f"{method.label}: {' x '.join(pair.names)}, {facts['seconds']:.1f} s")


def _paint(method: Method, pair: Pair, target: Path) -> dict[str, Any]:
    content, style = read_image(pair.content), read_image(pair.style)
    started = time.perf_counter()
    picture = method.paint(content, style)
    seconds = time.perf_counter() - started
    make_folder(target.parent)
    write_image(target, picture)
    return {"seconds": round(seconds, 3), "peak_memory_mb": peak_memory_mb()}
