import ctypes
import logging
import os
import sys

import pytest
import tensorflow as tf

from nst_tf.cli.shell import tensorflow_import
from nst_tf.cli.shell.tensorflow_import import import_tensorflow
from nst_tf.objectives.neighbours import SIMILARITIES


@pytest.mark.parametrize(("before", "after"), [(None, "true"), ("false", "false")])
def test_the_memory_of_a_gpu_is_taken_as_it_is_needed_unless_the_user_says_otherwise(monkeypatch, before, after):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", before or "")
    if before is None:
        monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH")
    import_tensorflow(debug=True)
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == after


def test_what_keras_imports_in_vain_is_not_there_for_it_but_for_all_others(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with tensorflow_import._without(["colorsys", "json"]):
        import json  # as it is in use

        with pytest.raises(ImportError):
            import colorsys
    import colorsys

    assert colorsys.rgb_to_hsv(1, 1, 1) == (0, 0, 1)
    assert json.dumps(1) == "1"


class CLibrary:
    """One that remembers what `mallopt` was called with."""

    def __init__(self):
        self.given = {}

    def mallopt(self, option, size):
        self.given[option] = size


@pytest.mark.parametrize(
    ("sparing", "before", "after"),
    [(True, None, "true"), (True, "false", "false"), (False, None, None)],
)
@pytest.mark.parametrize("library", [CLibrary, object], ids=["gnu", "other"])
def test_memory_is_given_back(monkeypatch, library, sparing, before, after):
    name = "TF_ONEDNN_USE_SYSTEM_ALLOCATOR"
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv(name, before or "")
    library = library()
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    if before is None:
        monkeypatch.delenv(name)
    import_tensorflow(True, sparing)
    assert os.environ.get(name) == after  # but what the user says of TensorFlow stays
    if isinstance(library, CLibrary):
        assert library.given.keys() == ({-8, -3, -1} if sparing else set())
        # What neighbours are sought by, float32, is kept, and so are maps of a tile of 256 px, as bfloat16; those of a
        # tile of 512 px are not.
        sizes = [size for option, size in library.given.items() if option != -8]
        assert all(4 * SIMILARITIES < size < 4 * 64 * 512**2 and size > 2 * 64 * 272**2 for size in sizes)


@pytest.mark.parametrize("debug", [False, True])
def test_of_a_loop_that_was_stopped_tensorflow_says_nothing_but_to_who_debugs(monkeypatch, caplog, debug):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.WARNING)  # as in a new process: an earlier test may have imported it silently
    try:
        import_tensorflow(debug)
        tf.get_logger().error("Object was never used")
    finally:
        logger.setLevel(level)
    assert [record.message for record in caplog.records] == ["Object was never used"] * debug
