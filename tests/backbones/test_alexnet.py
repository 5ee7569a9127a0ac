"""The trainable AlexNet against its published numbers and the bundled features."""

import keras
import numpy as np
import pytest

from nst_tf.backbones.alexnet import alexnet_classifier
from nst_tf.errors import InputError


def test_parameters_and_sizes_are_the_published_ones():
    model = alexnet_classifier()
    assert model.count_params() == 61_100_840
    assert sum(layer.count_params() for layer in model.layers if layer.name.startswith("conv")) == 2_469_696
    sizes = {"conv1": (55, 64), "pool1": (27, 64), "conv2": (27, 192), "pool2": (13, 192), "conv5": (13, 256)}
    for name, (side, maps) in {**sizes, "pool5": (6, 256)}.items():
        assert model.get_layer(name).output.shape == (None, side, side, maps), name
    for name in ("conv1", "fc6"):
        assert np.std(model.get_layer(name).kernel) == pytest.approx(1e-2, rel=0.02)


def test_with_the_bundled_weights_its_features_are_the_bundled_ones(alexnet, photo):
    model = alexnet_classifier(2, side=96, maps={"fc6": 1, "fc7": 1})
    for layer in alexnet.layers:
        if layer.weights:
            model.get_layer(layer.name).set_weights(layer.get_weights())
    image = photo(96, 96)
    inner = keras.Model(model.get_layer("pad1").input, model.get_layer("pool5").output)
    np.testing.assert_allclose(inner(alexnet.get_layer("preprocess")(image)), alexnet(image), rtol=1e-5, atol=1e-5)


def test_layers_can_be_left_out_and_widened():
    model = alexnet_classifier(3, side=63, width=0.1, omit=("conv4", "fc7"), maps={"conv3": 50})
    assert " ".join(layer.name for layer in model.layers) == (
        "image preprocess pad1 conv1 relu1 pool1 conv2 relu2 pool2 conv3 relu3 conv5 relu5 pool5 flatten fc6 relu6 "
        "drop6 fc8 softmax"
    )
    assert model.get_layer("conv3").output.shape == (None, 3, 3, 5)


def test_refuses_too_small_a_side():
    alexnet_classifier(2, side=63, width=0.02)
    with pytest.raises(InputError, match="side is 62; it must be 63 or more for every layer of alexnet"):
        alexnet_classifier(2, side=62, width=0.02)
