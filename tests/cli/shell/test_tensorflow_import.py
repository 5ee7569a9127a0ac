import ctypes
import logging
import os

import pytest
import tensorflow as tf

from nst_tf.cli.shell.tensorflow_import import import_tensorflow


@pytest.mark.parametrize(("before", "after"), [(None, "true"), ("false", "false")])
def test_the_memory_of_a_gpu_is_taken_as_it_is_needed_unless_the_user_says_otherwise(monkeypatch, before, after):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", before or "")
    if before is None:
        monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH")
    import_tensorflow(debug=True)
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == after


class CLibrary:
    """One that counts how often `mallopt` is called."""

    calls = 0

    def mallopt(self, *_):
        self.calls += 1


@pytest.mark.parametrize(
    ("longest", "before", "after"),
    [(4000, None, "true"), (4000, "false", "false"), (2048, None, None), (None, None, None)],
)
@pytest.mark.parametrize("library", [CLibrary(), object()], ids=["gnu", "other"])
def test_memory_for_large_pictures_is_given_back(monkeypatch, library, longest, before, after):
    name = "TF_ONEDNN_USE_SYSTEM_ALLOCATOR"
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv(name, before or "")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    if before is None:
        monkeypatch.delenv(name)
    counted = getattr(library, "calls", 0)
    import_tensorflow(True, longest)
    assert os.environ.get(name) == after  # but what the user says of TensorFlow stays
    if isinstance(library, CLibrary):
        assert library.calls - counted == (longest == 4000)


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
