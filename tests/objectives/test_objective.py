"""The algebra of objectives, on one that measures the mean of a layer."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives import Objective

FEATURES = {name: np.random.default_rng(seed).random((2, 2, 3, 4)) for seed, name in enumerate("ab")}
IMAGE = tf.constant(np.random.default_rng(2).random((2, 4, 4, 3)))


class Mean(Objective):
    layer: str

    def __call__(self, features, image):
        return tf.reduce_mean(features[self.layer], axis=(1, 2, 3))

    @property
    def layers(self):
        return (self.layer,)


def measure(objective):
    return objective(dict(FEATURES), IMAGE).numpy()


A, B = (FEATURES[name].mean(axis=(1, 2, 3)) for name in "ab")
a, b = Mean("a"), Mean("b")


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (a + b, A + B),
        (a - b, A - B),
        (-a, -A),
        (2 * a, 2 * A),
        (a * 2.5, 2.5 * A),
        (tf.constant(0.5) * a, 0.5 * A),
        (np.float64(0.5) * a, 0.5 * A),
        (np.float32(0.5) * a, 0.5 * A),
        (2 * (a - 0.25 * b) * 3 + a, 7 * A - 1.5 * B),
        (-(a + b + a), -2 * A - B),
    ],
)
def test_composition_is_linear(objective, expected):
    np.testing.assert_allclose(measure(objective), expected, rtol=1e-12)


def test_weights_are_float32():
    np.testing.assert_allclose(measure(0.1 * a), np.float64(np.float32(0.1)) * A, rtol=1e-12)


def test_operands_stay_as_they_are():
    whole = a + b
    for composed in (whole + a, whole - a, 3 * whole, whole * 3, -whole):
        assert not np.allclose(measure(composed), A + B)
    np.testing.assert_allclose(measure(whole), A + B, rtol=1e-12)
    np.testing.assert_allclose(measure(a), A, rtol=1e-12)


def test_gradient_of_a_composition_is_linear():
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(IMAGE)
        features = {"a": IMAGE**2, "b": tf.sin(IMAGE)}
        values = [objective(features, IMAGE) for objective in (a, b, 2 * a - 4 * b)]
    of_a, of_b, of_both = (tape.gradient(value, IMAGE) for value in values)
    np.testing.assert_allclose(of_both, 2 * of_a - 4 * of_b, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("nonsense", [lambda: a * b, lambda: a + 1, lambda: 1 - a])
def test_refuses_what_has_no_meaning(nonsense):
    with pytest.raises(TypeError, match="unsupported operand"):
        nonsense()


def test_another_weight_or_target_is_no_other_kind():
    kinds = {tf.type_spec_from_value(weight * a + b) for weight in (1, 2.5, tf.constant(3.0))}
    assert len(kinds) == 1
