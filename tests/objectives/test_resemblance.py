"""The patch term against NumPy."""

import numpy as np
import tensorflow as tf

from nst_tf.objectives import Resemblance


def maps(height, width, channels=5, seed=0):
    return np.random.default_rng(seed).normal(size=(1, height, width, channels)).astype(np.float32)


def unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def test_it_is_the_mean_cosine_to_the_nearest_place():
    image, style = maps(5, 6), maps(7, 4, seed=1)
    mean = style[0].mean((0, 1))
    objective = Resemblance.of_styles("layer", [style], tf.constant(mean)).renewed({"layer": tf.constant(image)})
    cosines = unit(image[0].reshape(-1, 5) - mean) @ unit(style[0].reshape(-1, 5) - mean).T
    loss = objective({"layer": tf.constant(image)}, tf.zeros((1, 8, 8, 3)))
    np.testing.assert_allclose(loss, [1 - cosines.max(1).mean()], rtol=1e-3)


def test_it_keeps_its_neighbours_until_it_is_renewed():
    image, other, style = maps(5, 6), maps(5, 6, seed=2), maps(7, 4, seed=1)
    objective = Resemblance.of_styles("layer", [style], tf.zeros(5)).renewed({"layer": tf.constant(image)})
    features, pixels = {"layer": tf.constant(other)}, tf.zeros((1, 8, 8, 3))
    target = objective.style.numpy()[0, 0, objective.found.numpy().ravel()]
    kept = 1 - np.mean(np.sum(unit(other[0].reshape(-1, 5)) * target, 1))
    np.testing.assert_allclose(objective(features, pixels), [kept], rtol=1e-3)
    assert objective.renewed(features)(features, pixels) < objective(features, pixels)
    tripled = (2.0 * objective + objective).renewed(features)
    np.testing.assert_allclose(tripled(features, pixels), 3 * objective.renewed(features)(features, pixels), rtol=1e-5)


def test_it_computes_with_the_precision_of_features_whatever_that_of_what_the_network_takes():
    image, style = maps(5, 6), maps(7, 4, seed=1)
    features = {"layer": tf.constant(image)}
    objective = Resemblance.of_styles("layer", [style], tf.zeros(5)).renewed(features)
    value = objective(features, tf.zeros((1, 8, 8, 3), tf.bfloat16))
    np.testing.assert_array_equal(value, objective(features, tf.zeros((1, 8, 8, 3))))


def test_weights_measure_a_part_of_the_image_against_a_part_of_the_style():
    image, style = maps(5, 6), maps(7, 4, seed=1)
    here, there = np.zeros((1, 5, 6, 1), np.float32), np.zeros((1, 7, 4, 1), np.float32)
    here[:, :2], there[:, 3:] = 1 / 12, 1 / 16
    whole = Resemblance.of_styles("layer", [style], tf.zeros(5), [there], here).renewed({"layer": tf.constant(image)})
    part = Resemblance.of_styles("layer", [style[:, 3:]], tf.zeros(5)).renewed({"layer": tf.constant(image[:, :2])})
    found = whole({"layer": tf.constant(image)}, tf.zeros((1, 8, 8, 3)))
    np.testing.assert_allclose(found, part({"layer": tf.constant(image[:, :2])}, tf.zeros((1, 8, 8, 3))), rtol=1e-5)
