"""What decoders are trained to, against the numbers of their definitions in NumPy."""

import functools

import numpy as np
import pytest
import scipy.linalg
import tensorflow as tf

from nst_tf.backbones import feature_extractor, load_backbone
from nst_tf.objectives import raw_moments
from nst_tf.objectives.neighbours import choices_of
from nst_tf.one_pass.decoder import RMS, build_decoder, decode
from nst_tf.one_pass.study import PATCH_SIDES, LevelOfStyle
from nst_tf.one_pass.stylizer import Stylizer
from nst_tf.training.decoder import losses
from nst_tf.training.decoder.losses import PIXELS, reconstruction_loss, stylisation_loss

GENERATOR = np.random.default_rng(0)


def test_reconstruction_is_compared_on_every_level():
    decoder = build_decoder("relu2_1")
    images = GENERATOR.random((1, 8, 8, 3), np.float32)
    features = {"relu2_1": GENERATOR.random((1, 4, 4, 128), np.float32),
                "relu1_1": GENERATOR.random((1, 8, 8, 64), np.float32)}  # fmt: skip
    expected = 0.0
    for level in ("relu2_1", "relu1_1"):
        outputs = decode(decoder, level, features[level])
        expected += PIXELS * np.mean((outputs["image"] - images) ** 2)
        if level == "relu2_1":
            expected += np.mean((outputs["relu1_1"] - features["relu1_1"]) ** 2) / RMS["relu1_1"] ** 2
    assert float(reconstruction_loss(decoder, "relu2_1", images, features)) == pytest.approx(expected, rel=1e-5)


def test_the_style_is_compared_by_the_wasserstein_distance():
    made, content, style = (GENERATOR.normal(size=(1, 12, 12, 6)).astype(np.float32) @ m for m in
                            GENERATOR.normal(size=(3, 6, 6)).astype(np.float32))  # fmt: skip
    flat = [one.reshape(-1, 6).astype(np.float64) for one in (made, style)]
    means, covariances = zip(*[(one.mean(0), np.cov(one.T, bias=True)) for one in flat], strict=True)
    root = scipy.linalg.sqrtm(covariances[1])
    shared = np.trace(scipy.linalg.sqrtm(root @ covariances[0] @ root)).real
    distance = np.sum((means[0] - means[1]) ** 2) + sum(map(np.trace, covariances)) - 2 * shared
    moments = raw_moments(tf.constant(style))
    aim = losses._moved(tf.constant(content), moments, tf.ones(1))
    way, apart = losses._distances(tf.constant(made), aim, moments, tf.ones(1))
    assert float(way) == pytest.approx(distance / np.trace(covariances[1]), rel=2e-3)
    assert float(apart) > float(way)  # the content's own features are one of many ways to the style's moments
    _, none = losses._distances(tf.constant(style), tf.constant(style), moments, tf.ones(1))
    assert float(none) == pytest.approx(0, abs=1e-3)


def test_structure_is_that_of_the_neighbours_where_they_are_sought():
    own, style = (tf.constant(GENERATOR.normal(size=(1, 6, 5, 8)), tf.float32) for _ in range(2))
    study = {"relu3_1": LevelOfStyle((), choices_of([style], PATCH_SIDES["relu3_1"])), "relu1_1": LevelOfStyle(())}
    # Nothing is nearer to a place of the style than that place.
    np.testing.assert_allclose(losses._swapped("relu3_1", style, study), style, atol=1e-5)
    found = losses._swapped("relu3_1", own, study)
    assert np.abs(found - own).mean() > 0.5
    assert tf.reduce_min(style) <= tf.reduce_min(found) <= tf.reduce_max(found) <= tf.reduce_max(style)
    for layer in ("relu1_1", "relu5_1"):
        np.testing.assert_array_equal(losses._swapped(layer, own, study), own)


def test_a_picture_of_one_colour_has_losses_that_are_numbers(monkeypatch):
    monkeypatch.setattr(losses, "MEASURED", losses.MEASURED[:3])  # the others take long, and are measured likewise
    encoder = feature_extractor(load_backbone("vgg16", padding="replicate"), losses.MEASURED)
    stylizer, grey = Stylizer(encoder, build_decoder("relu2_1")), tf.fill([2, 16, 16, 3], 0.5)
    random = tf.constant(GENERATOR.random((2, 16, 16, 3)), tf.float32)
    measure = tf.function(functools.partial(stylisation_loss, stylizer), autograph=False)
    for pair in ((grey, random), (random, grey)):
        found = measure(*pair)
        assert set(found) == {"style", "structure", "patches"}
        assert all(np.isfinite(value) and value >= 0 for value in found.values())
