import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives.matrix_root import square_root, trace_sqrt

RESOLUTION = 1e-7  # of the Frobenius norm, added to the diagonal


def with_eigenvalues(values, seed=0):
    vectors = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(values), len(values))))[0]
    return (vectors * values) @ vectors.T


def oracle(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return np.sqrt(values).sum(), (vectors / np.sqrt(values)) @ vectors.T / 2


def resolved(matrix):
    return matrix + RESOLUTION * np.linalg.norm(matrix) * np.eye(len(matrix))


def value_and_gradient(matrix, dtype="float32"):
    matrix = tf.constant(matrix, dtype)
    with tf.GradientTape() as tape:
        tape.watch(matrix)
        value = trace_sqrt(matrix)
    return value.numpy(), tape.gradient(value, matrix).numpy()


def distance(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


@pytest.mark.parametrize("size", [1e-6, 1, 1e6])
@pytest.mark.parametrize(
    ("condition", "of_value", "of_gradient"),
    [(1e2, 1e-5, 1e-4), (1e3, 1e-5, 1e-3), (1e4, 3e-5, 3e-3), (1e5, 1e-4, 0.03), (1e6, 3e-4, 0.2), (1e8, 1e-3, 1)],
)
def test_value_and_gradient_are_those_of_the_eigenvalues(condition, of_value, of_gradient, size):
    matrix = size * with_eigenvalues(np.geomspace(1, 1 / condition, 48))
    (value,), (gradient,) = value_and_gradient(matrix[None])
    np.testing.assert_allclose(value, oracle(matrix)[0], rtol=of_value)
    assert distance(gradient, oracle(matrix)[1]) < of_gradient


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", (1e-5, 1e-2)), ("float64", (1e-10, 1e-10))])
@pytest.mark.parametrize("condition", [1e2, 1e4, 1e6])
def test_small_eigenvalues_are_kept_from_zero_as_documented(condition, dtype, tolerance):
    matrix = with_eigenvalues(np.geomspace(1, 1 / condition, 48))
    (value,), (gradient,) = value_and_gradient(matrix[None], dtype)
    np.testing.assert_allclose(value, oracle(resolved(matrix))[0], rtol=tolerance[0])
    assert distance(gradient, oracle(resolved(matrix))[1]) < tolerance[1]


@pytest.mark.parametrize("rank", [1, 5, 31])
def test_without_full_rank_it_stays_finite_and_near(rank):
    values = np.zeros(32)
    values[:rank] = np.geomspace(1, 0.1, rank)
    matrix = with_eigenvalues(values)
    (value,), (gradient,) = value_and_gradient(matrix[None])
    lift = 32 * np.sqrt(RESOLUTION * np.linalg.norm(matrix))
    assert np.sqrt(values).sum() * (1 - 1e-5) < value < np.sqrt(values).sum() + lift
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).max() < 1.1 / (2 * np.sqrt(RESOLUTION * np.linalg.norm(matrix)))


def test_each_matrix_of_a_batch_is_on_its_own():
    batch = np.stack([scale * with_eigenvalues(np.geomspace(1, 1e-3, 16), seed) for seed, scale in enumerate((1, 1e4))])
    values, gradients = value_and_gradient(batch, "float64")
    for value, gradient, matrix in zip(values, gradients, batch, strict=True):
        np.testing.assert_allclose(value, oracle(resolved(matrix))[0], rtol=1e-10)
        assert distance(gradient, oracle(resolved(matrix))[1]) < 1e-10


def test_square_root_is_symmetric_and_squares_to_the_matrix():
    matrix = with_eigenvalues(np.geomspace(1, 1e-8, 16))
    root = square_root(matrix).numpy()
    np.testing.assert_allclose(root, root.T, atol=1e-15)
    np.testing.assert_allclose(root @ root, matrix, atol=1e-14)


def test_square_root_takes_negative_rounding_for_zero():
    np.testing.assert_allclose(square_root(with_eigenvalues([4, 1, -1e-9])), with_eigenvalues([2, 1, 0]), atol=1e-12)
