"""Rescaled activations against the trained network's, divided by means taken in NumPy."""

import numpy as np
import pytest

from nst_tf.backbones import feature_extractor, load_backbone
from nst_tf.backbones.rescale import rescale

LAYERS = ["relu1", "pool1", "relu2", "relu3", "relu5", "pool5"]


def features(network, image):
    return {name: np.asarray(maps, np.float64) for name, maps in feature_extractor(network, LAYERS)(image).items()}


def mean_over_both(first, second):
    rows = [maps.reshape(-1, maps.shape[-1]) for maps in (first, second)]
    return np.concatenate(rows).mean(axis=0)


@pytest.fixture(scope="module", params=["max", "average"])
def pair(request, photo):
    """A network as trained, one rescaled, and the images of two sizes that this was done with."""
    images = [photo(96, 80), photo(72, 96)]
    trained, rescaled = (load_backbone("alexnet", pooling=request.param) for _ in range(2))
    rescale(rescaled, [image[0] for image in images])
    return trained, rescaled, images


def test_mean_activation_is_1_over_all_positions_of_all_images(pair):
    trained, rescaled, images = pair
    before, after = ([features(network, image) for image in images] for network in (trained, rescaled))
    for layer in ("relu1", "relu2", "relu3", "relu5"):
        was, now = (mean_over_both(*(one[layer] for one in both)) for both in (before, after))
        usual = was >= 0.5 * was.mean()
        np.testing.assert_allclose(now[usual], 1, rtol=1e-4)
        np.testing.assert_allclose(now[~usual], (was / (0.5 * was.mean()))[~usual], atol=1e-4)
        assert usual.mean() > 0.2


def test_every_channel_is_the_trained_one_divided_by_a_constant(pair, photo):
    trained, rescaled, images = pair
    before = [features(trained, image) for image in images]
    means = {layer: mean_over_both(*(one[layer] for one in before)) for layer in LAYERS}
    divisors = {layer: np.maximum(mean, 0.5 * mean.mean()) for layer, mean in means.items()}
    divisors["pool1"], divisors["pool5"] = divisors["relu1"], divisors["relu5"]
    other = photo(64, 64)[:, ::-1]
    was, now = features(trained, other), features(rescaled, other)
    for layer in LAYERS:
        expected = was[layer] / divisors[layer]
        np.testing.assert_allclose(now[layer], expected, atol=1e-4 * expected.max(), err_msg=layer)
