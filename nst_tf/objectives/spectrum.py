"""What one wants of the eigenvectors of symmetric matrices, also where there is no operator for them: by products.

The iterations are those of `nst_tf.objectives.matrix_root`, in float64, where eigenvalues of 1e-13 of the largest can
still be told from 0, and their signs. That for the orthogonal factor U of a matrix A = U (A^T A)^1/2, which is the sign
of a symmetric one, has the same factors:

    X <- a/2 X (3 - a^2 X^T X),   from X = A / |A|,      max(M, l) = (M + l + (M - l) sign(M - l)) / 2

(Higham, "Functions of Matrices", chapters 5 and 8).
"""

import numpy as np
import tensorflow as tf

from nst_tf.objectives.matrix_root import coupled_roots, scalings
from nst_tf.operators import only_common

__all__ = ["at_least", "orthogonal_factor", "principal_axes", "root_and_inverse", "trace"]

STEPS, SMALLEST = 24, 3e-7  # of the iteration for roots, and l of `matrix_root`
FACTOR_STEPS, LEAST = 36, 1e-13  # of that for orthogonal factors, whose l is the smallest singular value itself
RIDGE = 1e-13  # of the norm: what keeps the inverse bounded
BLOCK, ROUNDS = 64, 40  # axes that are sought at a time, and how often they are turned towards the principal ones
SWEEPS = 8  # of Jacobi's method over all pairs of axes
TINY = 1e-300


def _symmetric(matrix: tf.Tensor) -> tf.Tensor:
    return (matrix + tf.linalg.matrix_transpose(matrix)) / 2


def _norm(matrix: tf.Tensor) -> tf.Tensor:
    return tf.sqrt(tf.reduce_sum(tf.square(matrix), (-2, -1), keepdims=True)) + TINY


def _repeated(step, count: int, *start: tf.Tensor) -> list[tf.Tensor]:
    """Applies a step, given its number and what the one before made, so often."""
    return tf.while_loop(lambda number, *_: number < count, lambda number, *made: (number + 1, *step(number, *made)),
                         (0, *start))[1:]  # fmt: skip


def trace(matrix: tf.Tensor) -> tf.Tensor:
    """The sum of the diagonal of matrices `(..., n, n)`."""
    if only_common():
        return tf.reduce_sum(matrix * tf.eye(matrix.shape[-1], dtype=matrix.dtype), (-2, -1))
    return tf.linalg.trace(matrix)


def root_and_inverse(matrix: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """M^1/2 and M^-1/2 of symmetric positive semidefinite matrices, float64 `(batch, n, n)`."""
    size = _norm(matrix)
    root, inverse = coupled_roots(matrix / size, STEPS, SMALLEST, RIDGE)
    return _symmetric(root) * tf.sqrt(size), _symmetric(inverse) / tf.sqrt(size)


def orthogonal_factor(matrix: tf.Tensor) -> tf.Tensor:
    """U of matrices A = U (A^T A)^1/2, float64 `(batch, n, n)`; 0 along singular values that are 0."""
    identity = tf.eye(matrix.shape[-1], dtype=matrix.dtype)
    factors = tf.constant(scalings(FACTOR_STEPS, LEAST), matrix.dtype)

    def improve(number, factor):
        a = factors[number]
        return [tf.matmul(factor, (3 * identity - a * a * tf.matmul(factor, factor, transpose_a=True)) * (a / 2))]

    return _repeated(improve, FACTOR_STEPS, matrix / _norm(matrix))[0]


def at_least(matrix: tf.Tensor, least: tf.Tensor) -> tf.Tensor:
    """Symmetric matrices, float64 `(batch, n, n)`, with no eigenvalues below `least`, `(batch,)`."""
    lift = least[:, None, None] * tf.eye(matrix.shape[-1], dtype=matrix.dtype)
    rest = _symmetric(matrix) - lift
    return _symmetric(rest + tf.matmul(rest, orthogonal_factor(rest))) / 2 + lift


def principal_axes(matrix: tf.Tensor, count: int) -> tf.Tensor:
    """The eigenvectors of the largest eigenvalues of a symmetric positive semidefinite matrix, in any order.

    Args:
        matrix: `(n, n)`.
        count: How many, less than n.

    Returns:
        `(n, count)`, columns of length 1, of the matrix's type.
    """
    # In float32, rounding would decide between axes that matter about as much, and with them which places are alike.
    whole = tf.cast(matrix, tf.float64)
    # Eigenvalues are in ascending order.
    axes = _axes_by_products(whole, count) if only_common() else tf.linalg.eigh(whole)[1][:, -count:]
    return tf.cast(axes, matrix.dtype)


def _axes_by_products(matrix: tf.Tensor, count: int) -> tf.Tensor:
    """Subspace iteration on more axes than are wanted, of which those with the largest eigenvalues are taken.

    What is left of others falls with every round by the ratio of the largest eigenvalue that is not among so many to
    the smallest that is wanted: those of features fall to half and less.
    """
    whole = matrix / (trace(matrix) + TINY)
    size = min(BLOCK, matrix.shape[-1])

    def turn(_, axes):
        turned = tf.matmul(whole, axes)
        return [tf.matmul(turned, root_and_inverse(tf.matmul(turned, turned, transpose_a=True)[None])[1][0])]

    (axes,) = _repeated(turn, ROUNDS, tf.constant(np.random.default_rng(0).normal(size=(matrix.shape[-1], size))))
    values, vectors = _jacobi(tf.matmul(axes, tf.matmul(whole, axes), transpose_a=True))
    found = tf.gather(vectors, tf.math.top_k(values, count).indices, axis=1)
    return tf.matmul(axes, found)


def _jacobi(matrix: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Eigenvalues and eigenvectors, as columns, of a symmetric matrix with an even number of rows, by Jacobi's method.

    Each step turns the first half of the axes in the planes with the second half, so that half of all entries become 0,
    and lets all axes but the first take the next place in a ring: after n - 1 steps, each met every other one.
    """
    count = matrix.shape[-1]
    half = count // 2
    places = tf.constant([0, half, *range(1, half - 1), *range(half + 1, count), half - 1])
    identity = tf.eye(half, dtype=matrix.dtype)

    def turned(first, second, cosine, sine):
        return cosine * first - sine * second, sine * first + cosine * second

    def step(_, matrix, vectors):
        entries = [tf.reduce_sum(block * identity, 1) for block in (matrix[:half, :half], matrix[half:, half:],
                                                                    matrix[:half, half:])]  # fmt: skip
        cosine, sine = _rotation(*entries)
        rows = tf.concat(turned(matrix[:half], matrix[half:], cosine[:, None], sine[:, None]), 0)
        both = tf.concat(turned(rows[:, :half], rows[:, half:], cosine, sine), 1)
        vectors = tf.concat(turned(vectors[:, :half], vectors[:, half:], cosine, sine), 1)
        return tf.gather(tf.gather(both, places), places, axis=1), tf.gather(vectors, places, axis=1)

    matrix, vectors = _repeated(step, SWEEPS * (count - 1), matrix, tf.eye(count, dtype=matrix.dtype))
    return tf.reduce_sum(matrix * tf.eye(count, dtype=matrix.dtype), 1), vectors


def _rotation(first: tf.Tensor, second: tf.Tensor, between: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Cosine and sine of the smaller angle by which the entry between two axes becomes 0."""
    there = tf.not_equal(between, 0)
    slope = (second - first) / tf.where(there, 2 * between, tf.ones_like(between))
    direction = tf.where(slope < 0, -tf.ones_like(slope), tf.ones_like(slope))
    tangent = tf.where(there, direction / (tf.abs(slope) + tf.sqrt(1 + slope * slope)), tf.zeros_like(slope))
    cosine = 1 / tf.sqrt(1 + tangent * tangent)
    return cosine, tangent * cosine
