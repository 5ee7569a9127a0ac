import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives import blend_moments, raw_moments

SHAPE = (2, 4, 3, 5)


def in_numpy(features):
    flat = features.reshape(-1, features.shape[-1])
    return flat.mean(axis=0), flat.T @ flat / len(flat)


def covariance(mean, second):
    return second - np.outer(mean, mean)


def test_moments_of_each_image_are_those_of_numpy(relu_features):
    features = relu_features(0, SHAPE)
    for mean, second, one in zip(*raw_moments(tf.constant(features)), features, strict=True):
        np.testing.assert_allclose(mean, in_numpy(one)[0], rtol=1e-12)
        np.testing.assert_allclose(second, in_numpy(one)[1], rtol=1e-12)


@pytest.mark.parametrize(("of_mean", "of_second"), [(1, 1), (1, 0), (0, 1)])
def test_gradient_is_that_of_automatic_differentiation(relu_features, of_mean, of_second):
    features, rng = tf.constant(relu_features(0, SHAPE)), np.random.default_rng(1)
    weights = of_mean * rng.normal(size=(2, 5)), of_second * rng.normal(size=(2, 5, 5))

    def plain(features):
        flat = tf.reshape(features, (2, 12, 5))
        return tf.reduce_mean(flat, axis=1), tf.einsum("bpi,bpj->bij", flat, flat) / 12

    def gradient(moments):
        with tf.GradientTape() as tape:
            tape.watch(features)
            total = tf.add_n([tf.reduce_sum(w * m) for w, m in zip(weights, moments(features), strict=True)])
        return tape.gradient(total, features)

    np.testing.assert_allclose(gradient(raw_moments), gradient(plain), rtol=1e-10, atol=1e-14)


def test_moments_blend_as_positions_do_and_covariances_do_not(relu_features):
    parts = relu_features(0, (1, 4, 3, 5)), 2 + relu_features(1, (1, 2, 3, 5))
    moments = [in_numpy(part) for part in parts]
    mean, second = blend_moments(moments, [12, 6])
    both = np.concatenate([part.reshape(-1, 5) for part in parts])
    np.testing.assert_allclose(mean, both.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(second, both.T @ both / 18, rtol=1e-12)
    of_covariances = np.average([covariance(*part) for part in moments], axis=0, weights=[12, 6])
    assert np.linalg.norm(of_covariances - covariance(mean, second)) > 0.1 * np.linalg.norm(covariance(mean, second))


def test_only_ratios_of_weights_matter(relu_features):
    moments = [in_numpy(relu_features(seed, (1, 2, 3, 4))) for seed in range(2)]
    for scaled, plain in zip(blend_moments(moments, [3, 9]), blend_moments(moments, [0.25, 0.75]), strict=True):
        np.testing.assert_allclose(scaled, plain, rtol=1e-12)


def test_weights_of_a_part_give_the_moments_of_that_part_and_their_gradient(relu_features):
    features, weights = relu_features(0, SHAPE), np.zeros((1, 4, 3, 1))
    weights[:, 1:] = 1 / 9

    def value(image, *weights):
        mean, second = raw_moments(image, *weights)
        return tf.reduce_sum(mean**3, 1) + tf.reduce_sum(second**2, (1, 2))

    def gradient(image, *weights):
        with tf.GradientTape() as tape:
            tape.watch(image)
            total = value(image, *weights)
        return tape.gradient(total, image).numpy()

    whole, part = tf.constant(features), tf.constant(features[:, 1:])
    np.testing.assert_allclose(value(whole, weights), value(part), rtol=1e-12)
    found = gradient(whole, weights)
    np.testing.assert_allclose(found[:, 1:], gradient(part), rtol=1e-10, atol=1e-14)
    np.testing.assert_array_equal(found[:, :1], 0)
