"""What is wanted of eigenvectors by products of matrices, against NumPy's own."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives.spectrum import at_least, orthogonal_factor, principal_axes, root_and_inverse, trace
from nst_tf.operators import common_operators


def symmetric(values, seed=0):
    """A matrix with these eigenvalues."""
    vectors, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(values), len(values))))
    return (vectors * values) @ vectors.T, vectors


def onto(axes):
    """The projection on what they span."""
    return np.asarray(axes) @ np.asarray(axes).T


def test_roots_are_those_of_the_eigenvalues():
    values = np.geomspace(1e-5, 50, 90)
    matrix, vectors = symmetric(values)
    root, inverse = root_and_inverse(tf.constant(matrix[None]))
    np.testing.assert_allclose(root[0], (vectors * values**0.5) @ vectors.T, atol=1e-8)
    np.testing.assert_allclose(inverse[0], (vectors * values**-0.5) @ vectors.T, atol=1e-4)


def test_the_orthogonal_factor_is_that_of_the_singular_vectors():
    matrix = np.random.default_rng(0).normal(size=(2, 40, 40)) * np.geomspace(1, 1e-9, 40)
    left, _, right = np.linalg.svd(matrix)
    np.testing.assert_allclose(orthogonal_factor(tf.constant(matrix)), left @ right, atol=1e-6)


def test_the_orthogonal_factor_is_nothing_where_a_matrix_is_nothing():
    vectors, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(30, 7)))
    matrix = vectors @ np.diag(np.geomspace(1, 1e-6, 7)) @ vectors.T
    np.testing.assert_allclose(orthogonal_factor(tf.constant(matrix[None]))[0] @ matrix, matrix, atol=1e-9)


def test_eigenvalues_are_brought_up_and_others_stay():
    values = np.concatenate([np.linspace(-1, 1, 41), np.geomspace(1e-4, 100, 30)])
    both = [symmetric(values, seed) for seed in (0, 1)]
    found = at_least(tf.constant([matrix for matrix, _ in both]), tf.constant([0.3, 1e-3], tf.float64))
    for one, (_, vectors), least in zip(found, both, (0.3, 1e-3), strict=True):
        np.testing.assert_allclose(one, (vectors * np.maximum(values, least)) @ vectors.T, atol=1e-5)


@pytest.mark.parametrize(
    "values",
    [np.geomspace(1, 1e-6, 100), np.r_[np.linspace(2, 1, 33), np.zeros(67)], np.repeat([1, 0.99, 0.5], [32, 32, 36])],
    ids=["falling", "of low rank", "hardly apart"],
)
def test_principal_axes_span_what_the_eigenvectors_do(values):
    matrix, vectors = symmetric(values)
    with common_operators():
        found = principal_axes(tf.constant(matrix), 32)
    np.testing.assert_allclose(onto(found), onto(vectors[:, :32]), atol=1e-5)
    np.testing.assert_allclose(onto(principal_axes(tf.constant(matrix), 32)), onto(vectors[:, :32]), atol=1e-6)


def test_an_image_of_one_colour_has_axes_that_are_finite():
    with common_operators():
        assert np.isfinite(principal_axes(tf.zeros([80, 80]), 32)).all()


def test_the_trace_is_the_same_by_all_operators():
    matrix = np.random.default_rng(0).normal(size=(2, 5, 5))
    with common_operators():
        np.testing.assert_allclose(trace(tf.constant(matrix)), trace(matrix), rtol=1e-12)
