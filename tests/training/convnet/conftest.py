import pytest

from nst_tf.training.convnet.train import ARCHITECTURES

from . import tiny


@pytest.fixture
def folder(tmp_path):
    """48 images of three classes."""
    return tiny.write_images(tmp_path / "images", {"ant": 15, "bee": 16, "cat": 17})


@pytest.fixture
def options(monkeypatch):
    """Arguments of `train_convnet` that train a tiny network."""
    monkeypatch.setitem(ARCHITECTURES, "tiny", tiny.tiny)
    return tiny.OPTIONS
