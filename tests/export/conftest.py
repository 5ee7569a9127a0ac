"""Every kind of model, exported once for all tests, on small networks where that will do."""

import contextlib
import functools
import pickle
import warnings
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones import feature_extractor, load_backbone
from nst_tf.export.catalogue import make_servable
from nst_tf.export.export import export
from nst_tf.export.servable import Servable
from nst_tf.export.signature.examples import example_bytes
from nst_tf.one_pass.decoder import build_decoder, levels_from
from nst_tf.one_pass.stylizer import Stylizer
from nst_tf.recipes.stylize.settings import PRESETS as STYLIZE
from nst_tf.recipes.texture.settings import PRESETS as TEXTURE

from ..graphs import as_it_is

CLASSES = ("cat", "dog", "fish")
OPTIONS = {
    "features": {"model": "alexnet"},
    "deconv": {"layers": ("relu1", "relu3")},
    "stylize": {},
    "fast-stylize": {},
    "paintings": {},
    "dream": {"model": "alexnet", "layers": ("relu2", "relu3")},
    "texture": {},
    "reconstruct": {"model": "alexnet", "layers": ("relu1", "relu2")},
    "run": {},  # the folder of a training run
}
FEW_LAYERS = {
    "stylize": {"style_layers": {"relu1_1": 64.0, "relu2_1": 16.0}, "content_layers": {"relu2_1": 1.0}},
    "texture": {"layers": {"relu1_1": 64.0, "relu2_1": 16.0}},
}
BATCHED = ("features", "fast-stylize", "paintings", "deconv", "run")  # which answer for each image of a request
DAMAGED = {
    "it is damaged or truncated": example_bytes("neuschwanstein", 160)[:3000],
    "its header is damaged": b"\x89PNG\r\n\x1a\n",
}


@contextlib.contextmanager
def keras_files():
    """Lets Keras save and load networks, of which it warns under NumPy 2; fixtures have no filters of their own."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__", DeprecationWarning)
        yield


@contextlib.contextmanager
def few_layers():
    """Has style transfers and textures look at few layers, and pictures start from a decoder that has learned nothing.

    All that they are made of is there, in graphs that take a third of the time to trace and to load.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in ("export.models.fast_stylize", "export.models.stylize"):
            patch.setattr(f"nst_tf.{module}.load_stylizer", stylizer)
        for module in ("recipes.stylize.stylize", "one_pass.painter"):
            patch.setattr(f"nst_tf.{module}.load_stylizer", lambda *_, **__: stylizer())
        for name, presets in {"stylize": STYLIZE, "texture": TEXTURE}.items():
            settings = presets.choose(precision="float32", **FEW_LAYERS[name])
            patch.setattr(f"nst_tf.export.models.{name}.DEFAULT", settings)
        yield


@dataclass(frozen=True)
class Exported:
    """A servable, and the folder of its version."""

    servable: Servable
    folder: Path

    @functools.cached_property
    def loaded(self):
        return tf.saved_model.load(str(self.folder))

    @property
    def examples(self):
        """Small inputs of each signature that has any, by its name."""
        signatures = self.servable.signatures
        return {key: one.example for key, one in signatures.items() if one.example is not None}

    def called(self, signature, **inputs):
        """The outputs of the loaded signature, by name."""
        dtypes = {one.name: one.dtype for one in self.servable.signatures[signature].inputs}
        given = {key: tf.constant(value, dtypes[key]) for key, value in inputs.items()}
        with as_it_is():
            return {key: value.numpy() for key, value in getattr(self.loaded, signature)(**given).items()}


@functools.cache
def stylizer():
    """A network for any style whose decoder has learned nothing; the same in every process."""
    encoder = feature_extractor(load_backbone("vgg16", padding="replicate"), levels_from("relu2_1"))
    decoder, random = build_decoder("relu2_1"), np.random.default_rng(0)
    for variable in decoder.trainable_variables:
        if len(variable.shape) > 1:
            variable.assign(random.normal(0, np.sqrt(2 / np.prod(variable.shape[:-1])), variable.shape))
    return Stylizer(encoder, decoder)


def write_run(folder):
    """Writes the folder of a training run, of a classifier of 32x32 pixels."""
    folder.mkdir()
    image = keras.Input((32, 32, 3))
    x = keras.layers.Rescaling(1.0, name="preprocess")(image)
    x = keras.layers.Flatten()(keras.layers.Conv2D(2, 3, strides=3)(x))
    with keras_files():
        keras.Model(image, keras.layers.Dense(3, "softmax", name="softmax")(x)).save(folder / "model.keras")
    (folder / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES))


@pytest.fixture(scope="session")
def run_folder(once):
    """The folder of a training run."""
    return once("run", write_run)


@pytest.fixture(scope="session")
def exported(once, run_folder):
    """Exports a model of `OPTIONS`, when it is asked for first."""

    @functools.cache
    def get(name):
        with few_layers(), keras_files(), as_it_is():
            servable = make_servable(str(run_folder) if name == "run" else name, **OPTIONS[name])
            models = once(f"exported {name}", lambda out: export(servable, out))
        [folder] = (models / servable.name).iterdir()
        return Exported(servable, folder)

    return get


@pytest.fixture(scope="session")
def answers(once, exported):
    """What Python gives for the examples of a model, by the name of the signature."""

    @functools.cache
    def get(name):
        def write(file):
            model = exported(name)
            file.write_bytes(pickle.dumps({key: model.called(key, **one) for key, one in model.examples.items()}))

        return pickle.loads(once(f"answers of {name}", write).read_bytes())

    return get
