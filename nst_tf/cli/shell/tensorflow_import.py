"""TensorFlow without its messages: a user is to see our own lines only."""

import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress

from nst_tf.cli.shell.stop import ended_at_once
from nst_tf.images.quiet import quiet_stderr

__all__ = ["import_tensorflow"]

# Options of mallopt(3). What is as large as a large picture, or as a map of a tile of 512 px, goes back at once; what
# is smaller, such as the maps of a tile of 256 px, would be got anew thousands of times, and the system would have to
# clear it each time. All threads share one heap, lest each kept its own.
M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -8, -3, -1
MALLOPT = {M_ARENA_MAX: 1, M_MMAP_THRESHOLD: 2**24, M_TRIM_THRESHOLD: 2**25}

UNUSED = ("matplotlib", "pandas")  # Keras would take a second to import them, for what we do not ask of it


def import_tensorflow(debug: bool, sparing: bool = False) -> None:
    """Imports TensorFlow and Keras, for the first time in the process.

    Args:
        debug: Whether to let TensorFlow log as it does by default.
        sparing: Whether to give memory back as soon as it is free.
    """
    if sparing:
        _give_memory_back()
    # Whatever backend the user has chosen for other programs.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    # By itself, TensorFlow takes all of a GPU's memory at once, and nothing else has room beside it.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    if not debug:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        # Its errors, too: of a loop that Ctrl-C ends, it complains over many lines that its results were not used.
        logging.getLogger("tensorflow").setLevel(logging.CRITICAL)
    # Some messages come before TensorFlow looks at its log level.
    with nullcontext(2) if debug else quiet_stderr() as stderr, ended_at_once(stderr), _without(UNUSED):
        import keras
        import tensorflow  # noqa: F401

        del keras


@contextmanager
def _without(packages: Iterable[str]) -> Iterator[None]:
    """Has packages, but for those imported already, be missing for who imports them only if they are there."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _give_memory_back() -> None:
    """Has memory given back as soon as it is free.

    By themselves, TensorFlow keeps all that it once had, and the C library what lies below something that is in use.
    """
    import ctypes

    os.environ.setdefault("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "true")
    with suppress(AttributeError, TypeError):  # there is none but with the GNU C library
        for option, value in MALLOPT.items():
            ctypes.CDLL(None).mallopt(option, value)
