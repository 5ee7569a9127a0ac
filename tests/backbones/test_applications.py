"""Keras applications, built without their weights."""

import functools
import sys

import keras
import numpy as np
import pytest

from nst_tf.backbones import feature_extractor, open_network
from nst_tf.backbones.applications import PREPROCESSING_OF, load_application
from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.errors import InputError, NstError
from nst_tf.layers import Preprocess

IMAGE = np.random.default_rng(0).random((1, 32, 32, 3)).astype(np.float32)


def functions():
    found = [getattr(keras.applications, name) for name in dir(keras.applications)]
    return [one for one in found if callable(one)]


@pytest.mark.parametrize("module", sorted({one.__module__ for one in functions()}))
def test_every_application_gets_what_its_own_preprocessing_gives(module):
    preprocessing = PREPROCESSING_OF[module.rpartition(".")[2]]
    expected = sys.modules[module].preprocess_input(255 * IMAGE.copy())
    np.testing.assert_allclose(Preprocess(*PREPROCESSING[preprocessing])(IMAGE), expected, rtol=1e-4, atol=1e-4)


@pytest.fixture
def mobile_net(monkeypatch):
    """Lets Keras build a narrow MobileNetV2 with random weights; returns the one it built."""
    whole, built = keras.applications.MobileNetV2, []

    @functools.wraps(whole)
    def narrow(weights):
        assert weights == "imagenet"
        keras.utils.set_random_seed(0)
        built.append(whole(weights=None, alpha=0.35))
        return built[-1]

    monkeypatch.setattr(keras.applications, "MobileNetV2", narrow)
    return built


def test_an_application_sees_its_own_pixels_and_takes_images_of_any_size(mobile_net):
    network = open_network("keras:MobileNetV2")
    image = np.random.default_rng(0).random((1, 224, 224, 3)).astype(np.float32)
    np.testing.assert_allclose(network(image), mobile_net[0](2 * image - 1), rtol=1e-4, atol=1e-7)
    extractor = feature_extractor(network, ["block_3_expand_relu"])
    assert extractor(image[:, :60, :90])["block_3_expand_relu"].shape == (1, 15, 22, 48)


def test_an_unknown_application_is_refused():
    with pytest.raises(InputError, match="unknown Keras application 'ResNet5'; did you mean 'ResNet50'"):
        open_network("keras:ResNet5")


def test_offline_the_missing_file_is_named_and_one_that_is_there_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("NST_TF_OFFLINE", "1")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"
    with pytest.raises(InputError, match=f"NST_TF_OFFLINE is set and {tmp_path}/models/{name} is missing; put"):
        load_application("MobileNetV2")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / name).write_bytes(b"no weights")
    with pytest.raises(NstError, match="could not load the weights of keras:MobileNetV2: "):
        load_application("MobileNetV2")


def test_nothing_is_printed_on_standard_output(monkeypatch, capsys, mobile_net):
    before = keras.applications.MobileNetV2

    @functools.wraps(before)
    def talkative(weights):
        print("Downloading data")
        return before(weights)

    monkeypatch.setattr(keras.applications, "MobileNetV2", talkative)
    load_application("MobileNetV2")
    assert capsys.readouterr() == ("", "Downloading data\n")
