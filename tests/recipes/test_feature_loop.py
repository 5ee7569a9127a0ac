"""What recipes compute with: float32 or bfloat16, and features in float32 of both; and networks in it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import nst_tf
from nst_tf.backbones import precision
from nst_tf.backbones.precision import MachinePrecision
from nst_tf.errors import InputError
from nst_tf.objectives import Content
from nst_tf.optimize import Lbfgs
from nst_tf.recipes.dream.recipe import dream_network
from nst_tf.recipes.dream.settings import PRESETS as DREAM
from nst_tf.recipes.feature_loop import FeatureLoop, network_graph
from nst_tf.recipes.features.recipe import feature_network
from nst_tf.recipes.features.settings import PRESETS as FEATURES
from nst_tf.recipes.stylize.recipe import style_network
from nst_tf.recipes.stylize.settings import PRESETS as STYLIZE
from nst_tf.recipes.texture.network import texture_network
from nst_tf.recipes.texture.settings import PRESETS as TEXTURE

LAYER = {"relu2_1": 1.0}
LOOPS = {
    "stylize": lambda **how: style_network(STYLIZE.choose(content_layers=LAYER, style_layers=LAYER, **how)),
    "texture": lambda **how: texture_network(TEXTURE.choose(layers=LAYER, tileable=True, **how)),
    "dream": lambda **how: dream_network(DREAM.choose(layers=LAYER, **how)),
    "dream by tiles": lambda **how: dream_network(DREAM.choose(layers=LAYER, tile=32, **how)),
    "features": lambda **how: feature_network(
        network_graph("vgg16", None, how["precision"]), "relu2_1", FEATURES["default"]
    ),
}
SMALL = {"size": 32, "precision": "bfloat16"}
PICTURES = {
    "stylize": lambda castle, wave, **how: nst_tf.stylize(
        castle, wave, content_layers=LAYER, style_layers=LAYER, steps=(6,), **SMALL | how
    ),
    "texture": lambda castle, wave, **how: nst_tf.texture(wave, layers=LAYER, steps=(6,), **SMALL | how),
    "dream": lambda castle, wave, **how: nst_tf.dream(castle, layers=LAYER, octaves=1, steps=(6,), **SMALL | how),
    "features": lambda castle, wave, **how: nst_tf.visualize_features("relu2_1", channels=[3], steps=6, **SMALL | how),
}


@pytest.fixture
def bfloat16_machine(monkeypatch):
    monkeypatch.setattr(precision, "machine_precision", lambda: MachinePrecision("bfloat16", "it is a test"))


@pytest.mark.parametrize("name", LOOPS)
def test_features_come_out_in_float32_and_agree_to_a_hundredth(name, castle):
    image = tf.constant(castle.pixels[None, :32])
    exact, narrow = (LOOPS[name](precision=one) for one in ("float32", "bfloat16"))
    assert (exact.precision, narrow.precision) == ("float32", "bfloat16")
    for look in ("features", "observe"):
        found, expected = (getattr(loop, look)(image)["relu2_1"] for loop in (narrow, exact))
        assert found.dtype == tf.float32
        assert 0 < float(tf.norm(found - expected)) < 1e-2 * float(tf.norm(expected))
    for found, expected in zip(narrow.moments(image)["relu2_1"], exact.moments(image)["relu2_1"], strict=True):
        assert found.dtype == tf.float32
        assert float(tf.norm(found - expected)) < 1e-2 * float(tf.norm(expected))


def test_an_objective_is_of_float32(castle, wave):
    castle, wave = (tf.constant(one.pixels[None, :32, :32]) for one in (castle, wave))
    exact, narrow = (LOOPS["stylize"](precision=one) for one in ("float32", "bfloat16"))
    found, expected = (
        loop.value(castle, Content("relu2_1", loop.observe(wave)["relu2_1"])) for loop in (narrow, exact)
    )
    assert found.dtype == tf.float32
    np.testing.assert_allclose(found, expected, rtol=1e-2)


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", PICTURES)
def test_the_same_run_gives_the_same_bytes(name, kind, castle, wave):
    first, again = (PICTURES[name](castle, wave, precision=kind) for _ in range(2))
    assert first.image.tobytes() == again.image.tobytes()
    assert (first.precision, first.losses) == (kind, again.losses)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_in_bfloat16_are_about_as_good(name, castle, wave):
    narrow, exact = (PICTURES[name](castle, wave, precision=one) for one in ("bfloat16", "float32"))
    assert sum(narrow.losses.values()) == pytest.approx(sum(exact.losses.values()), rel=0.1)
    assert np.abs(narrow.image - exact.image).mean() < 0.05


def test_auto_is_what_the_machine_is_faster_with_and_the_result_tells(castle, wave, bfloat16_machine):
    made = PICTURES["stylize"](castle, wave, precision="auto")
    assert (made.settings.precision, made.precision) == ("auto", "bfloat16")
    assert made.image.tobytes() == PICTURES["stylize"](castle, wave).image.tobytes()


def test_auto_shares_the_network_of_float32_where_it_is_that():
    assert LOOPS["stylize"](precision="auto") is LOOPS["stylize"](precision="float32")
    assert LOOPS["stylize"](precision="auto") is not LOOPS["stylize"](precision="bfloat16")


def test_a_model_computes_as_its_layers_were_made(bfloat16_machine):
    image = keras.Input((16, 16, 3))
    plain = keras.Model(image, keras.layers.Conv2D(2, 3, name="maps")(image), name="plain")
    mixed = keras.Model(image, keras.layers.Conv2D(2, 3, name="maps", dtype="mixed_bfloat16")(image))
    options = {"channels": [0], "size": 16, "steps": 2}
    assert nst_tf.visualize_features("maps", model=plain, **options).precision == "float32"
    assert nst_tf.visualize_features("maps", model=mixed, **options).precision == "bfloat16"
    with pytest.raises(InputError, match=r"^precision is 'bfloat16', and plain computes as its layers were made: make"):
        nst_tf.visualize_features("maps", model=plain, precision="bfloat16", **options)


def test_what_is_no_network_computes_in_float32():
    assert FeatureLoop(lambda images: {"pixels": images}, Lbfgs(2)).precision == "float32"


def test_an_unknown_precision_is_refused():
    with pytest.raises(InputError, match="unknown precision 'bfloat'; did you mean 'bfloat16'"):
        STYLIZE.choose(precision="bfloat")
