import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.recipes.texture.network import parameter_count, stride, texture_network
from nst_tf.recipes.texture.settings import PRESETS

GATYS = ("relu1_1", "pool1", "pool2", "pool3", "pool4")
COUNTS = (2080, 4160, 12416, 45312, 176640)  # of the paper's layers, one after the other


def network(preset="gatys", **changes):
    return texture_network(PRESETS.choose(preset, **changes))


def test_parameters_are_the_entries_of_a_symmetric_matrix():
    assert [parameter_count(channels) for channels in (1, 2, 64)] == [1, 3, 2080]


@pytest.mark.parametrize(("layers", "count"), list(enumerate(COUNTS, 1)))
def test_as_many_layers_as_the_parameters_allow(layers, count):
    assert sorted(network(parameters=count).extractor.output_names) == sorted(GATYS[:layers])
    if layers > 1:
        assert sorted(network(parameters=count - 1).extractor.output_names) == sorted(GATYS[: layers - 1])


def test_all_layers_of_the_paper_have_its_number_of_parameters():
    outputs = network().extractor.output
    assert sum(parameter_count(output.shape[-1]) for output in outputs.values()) == 176_640


def test_too_few_parameters_for_any_layer_are_refused():
    with pytest.raises(InputError, match="parameters is 2079; it must be at least 2080, those of relu1_1"):
        network(parameters=2079)


def test_the_same_network_serves_all_that_does_not_change_it():
    assert network() is network(size=99, steps=(3,), tileable=False, source_scale=0.5)
    assert network() is not network(corrections=5)


def test_a_tileable_texture_is_rolled_with_its_features_but_its_source_is_not_wrapped():
    tiling, plain = network(tileable=True), network()
    image = np.random.default_rng(0).random((32, 48, 3)).astype("float32")
    still, rolled = (tiling.extractor(np.roll(image, shift, (0, 1))[None]) for shift in ((0, 0), (16, 32)))
    np.testing.assert_allclose(rolled["pool4"], np.roll(still["pool4"], (1, 2), (1, 2)), atol=1e-4)
    for layer, moments in plain.moments(image[None]).items():
        for ours, theirs in zip(tiling.moments(image[None])[layer], moments, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize(("layers", "pixels"), [({"relu1_1": 1.0}, 1), ({"relu3_1": 1.0}, 4), ({"pool4": 1.0}, 16)])
def test_the_stride_is_that_of_the_deepest_layer(layers, pixels):
    assert stride(network(layers=layers)) == pixels


def test_moments_are_those_of_the_features():
    image = np.random.default_rng(1).random((32, 40, 3)).astype("float32")
    (mean,), (second,) = network().moments(image[None])["pool2"]
    flat = np.asarray(network().extractor(image[None])["pool2"], np.float64).reshape(-1, 128)
    np.testing.assert_allclose(mean, flat.mean(axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(second, flat.T @ flat / len(flat), rtol=1e-4, atol=1e-4)
