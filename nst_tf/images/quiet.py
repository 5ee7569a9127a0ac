"""Silence for decoders: what is wrong with a file is said once, by the error that is raised."""

import contextlib
import logging
import os
import threading
import warnings
from collections.abc import Iterator

from PIL import Image

from nst_tf.images.identify import MAX_PIXELS

__all__ = ["quiet_decoders", "quiet_stderr"]

_LOGGERS = ("PIL.TiffImagePlugin", "tifffile")


class _Silence:
    """What the process has once, shared by the threads that read: the first one sets it, the last one restores it."""

    def __init__(self):
        self._lock = threading.Lock()
        self._readers = 0
        self._restore = contextlib.ExitStack()

    def enter(self) -> None:
        with self._lock:
            self._readers += 1
            if self._readers == 1:
                self._restore.enter_context(_silent())

    def exit(self) -> None:
        with self._lock:
            self._readers -= 1
            if self._readers == 0:
                self._restore.close()


_silence = _Silence()


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels, limit = [logger.level for logger in loggers], Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for logger in loggers:
                logger.setLevel(logging.CRITICAL + 1)
            # Pillow's is lower, and for TIFF and WebP not to be had otherwise.
            Image.MAX_IMAGE_PIXELS = MAX_PIXELS
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


@contextlib.contextmanager
def quiet_decoders() -> Iterator[None]:
    """Holds back the warnings and the log of Pillow and tifffile while the block runs, in any number of threads.

    Meanwhile, Pillow has our limit on the pixels of an image.
    """
    _silence.enter()
    try:
        yield
    finally:
        _silence.exit()


@contextlib.contextmanager
def quiet_stderr() -> Iterator[int]:
    """Leads file descriptor 2 nowhere while the block runs: libtiff prints there, and Pillow has no way to stop it.

    Yields:
        A file descriptor of where it leads otherwise.
    """
    try:
        stderr = os.dup(2)
    except OSError:
        # The process has no standard error.
        yield 2
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield stderr
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
