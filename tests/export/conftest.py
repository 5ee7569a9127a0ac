"""Every kind of model, exported once for all tests, on small networks where that will do."""

import contextlib
import functools
import warnings
from dataclasses import dataclass
from pathlib import Path

import keras
import pytest
import tensorflow as tf

from nst_tf.backbones import feature_extractor, load_backbone
from nst_tf.export.catalogue import make_servable
from nst_tf.export.export import export
from nst_tf.export.servable import Servable
from nst_tf.one_pass.decoder import build_decoder, levels_from
from nst_tf.one_pass.stylizer import Stylizer

CLASSES = ("cat", "dog", "fish")
OPTIONS = {
    "features": {"model": "alexnet"},
    "deconv": {"layers": ("relu1", "relu3")},
    "stylize": {},
    "fast-stylize": {},
    "dream": {"model": "alexnet", "layers": ("relu2", "relu3")},
    "texture": {},
    "reconstruct": {"model": "alexnet", "layers": ("relu1", "relu2")},
    "run": {},  # the folder of a training run
}


@dataclass(frozen=True)
class Exported:
    """A servable, and the folder of its version."""

    servable: Servable
    folder: Path

    @functools.cached_property
    def loaded(self):
        return tf.saved_model.load(str(self.folder))


@contextlib.contextmanager
def keras_files():
    """Lets Keras save and load networks, of which it warns under NumPy 2; fixtures have no filters of their own."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__", DeprecationWarning)
        yield


@functools.cache
def stylizer():
    """A network for any style whose decoder has learned nothing."""
    encoder = feature_extractor(load_backbone("vgg16", padding="replicate"), levels_from("relu2_1"))
    return Stylizer(encoder, build_decoder("relu2_1"))


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    """The folder of a training run, of a classifier of 32x32 pixels."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    folder.mkdir()
    image = keras.Input((32, 32, 3))
    x = keras.layers.Rescaling(1.0, name="preprocess")(image)
    x = keras.layers.Flatten()(keras.layers.Conv2D(2, 3, strides=3)(x))
    with keras_files():
        keras.Model(image, keras.layers.Dense(3, "softmax", name="softmax")(x)).save(folder / "model.keras")
    (folder / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES))
    return folder


@pytest.fixture(scope="session")
def exported(tmp_path_factory, run_folder):
    """Exports a model of `OPTIONS`, when it is asked for first."""
    out = tmp_path_factory.mktemp("saved_models")

    @functools.cache
    def get(name):
        with pytest.MonkeyPatch.context() as patch, keras_files():
            patch.setattr("nst_tf.export.models.fast_stylize.load_stylizer", stylizer)
            servable = make_servable(str(run_folder) if name == "run" else name, **OPTIONS[name])
        return Exported(servable, export(servable, out))

    return get
